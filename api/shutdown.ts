import type { Server } from "node:http";
import type { Socket } from "node:net";

/** How long a request that is under way may take to finish once the server closes. */
const GRACE_MS = 5_000;

/**
 * Lets a closing server end soon. Node closes connections that have had a request and wait for the next, but
 * not those that were opened ahead and never used, as browsers do, nor a download that nobody reads.
 * @returns what to call when closing begins
 */
export function prepareShutdown(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", (request) => unused.delete(request.socket));
  return () => {
    for (const socket of unused) socket.destroy();
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
    server.once("close", () => clearTimeout(timer));
  };
}
