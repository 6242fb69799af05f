import { StreamConnection, type StreamState } from "./connection.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/**
 * One stream for all tabs of a browser: over HTTP/1.1 it opens six connections to an origin, and a stream in each tab
 * would use them up.
 */
const ports = new Set<MessagePort>();
let session: number | undefined;
let connection: StreamConnection | undefined;
let last: StreamState = { state: "connecting", since: Date.now() };

function tell(message: FromWorker): void {
  for (const port of ports) port.postMessage(message);
}

function restart(url: string): void {
  connection?.stop();
  connection = new StreamConnection({
    url,
    onMessage: (message) => tell({ type: "event", message }),
    onState: (state) => {
      last = state;
      tell({ type: "state", state });
    },
    onClosed: () => tell({ type: "closed" }),
  });
  connection.start();
}

function onMessage(port: MessagePort, message: ToWorker): void {
  if (message.type === "leave") {
    ports.delete(port);
    if (ports.size > 0) return;
    connection?.stop();
    connection = undefined;
    session = undefined;
    return;
  }
  const isOther = session !== undefined && message.session !== session;
  if (isOther) tell({ type: "session", session: message.session });
  ports.add(port);
  if (message.session !== session || connection === undefined || last.state === "ended") {
    session = message.session;
    restart(message.url);
  } else port.postMessage({ type: "state", state: last } satisfies FromWorker);
}

// The compiler knows pages, not workers: in a shared one the event has a port for the tab that came.
addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]!;
  port.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => onMessage(port, data));
  port.start();
});
