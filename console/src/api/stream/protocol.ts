import type { StreamState } from "./connection.ts";
import type { StreamMessage } from "./event-reader.ts";

/** From a tab to the worker that holds the stream: it is here with this session, or it goes. */
export type ToWorker =
  | { readonly type: "join"; readonly session: number; readonly url: string }
  | { readonly type: "leave" };

/** From the worker to every tab. */
export type FromWorker =
  | { readonly type: "event"; readonly message: StreamMessage }
  | { readonly type: "state"; readonly state: StreamState }
  | { readonly type: "closed" }
  /** Another tab has signed in: requests of all tabs go out with its session now. */
  | { readonly type: "session"; readonly session: number };
