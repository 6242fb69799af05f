import { StreamConnection } from "./connection.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

const STREAM_URL = "/v1/stream";

/**
 * Hears the browser's one live stream: through the shared worker, or where there is none (some phones) by a stream of
 * its own while the tab is visible. @returns the function that leaves it
 */
export function joinStream(session: number, hear: (message: FromWorker) => void): () => void {
  return typeof SharedWorker === "undefined" ? joinAlone(hear) : joinShared(session, hear);
}

function joinShared(session: number, hear: (message: FromWorker) => void): () => void {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: "stream",
  });
  const { port } = worker;
  const send = (message: ToWorker) => port.postMessage(message);
  const leave = () => send({ type: "leave" });
  const join = () => send({ type: "join", session, url: STREAM_URL });
  port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => hear(data));
  port.start();
  join();
  // A tab that is closed, or put away by the browser and shown again.
  addEventListener("pagehide", leave);
  addEventListener("pageshow", join);
  return () => {
    removeEventListener("pagehide", leave);
    removeEventListener("pageshow", join);
    leave();
    port.close();
  };
}

function joinAlone(hear: (message: FromWorker) => void): () => void {
  let connection: StreamConnection | undefined;
  const follow = () => {
    connection?.stop();
    connection = undefined;
    if (document.hidden) return;
    connection = new StreamConnection({
      url: STREAM_URL,
      onMessage: (message) => hear({ type: "event", message }),
      onState: (state) => hear({ type: "state", state }),
      onClosed: () => hear({ type: "closed" }),
    });
    connection.start();
    // What happened while the tab was hidden is not replayed to a new connection.
    hear({ type: "event", message: { event: "reset", data: "{}" } });
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  return () => {
    document.removeEventListener("visibilitychange", follow);
    connection?.stop();
  };
}
