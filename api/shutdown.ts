import type { Server } from "node:http";
import type { Socket } from "node:net";
import { peerOf } from "../base/tls-server.ts";

/** How long a request under way may take to finish once the server closes, in milliseconds. */
const GRACE_MS = 5_000;

/**
 * Lets a closing server end soon. Node closes connections that have had a request and wait for the next, but neither
 * those that were opened ahead and never used, as browsers do, nor a download whose client reads nothing.
 * @returns a function to call when closing begins
 */
export function prepareShutdown(server: Server): () => void {
  const unused = new Map<string, Socket>();
  server.on("connection", (socket: Socket) => {
    const peer = peerOf(socket);
    unused.set(peer, socket);
    socket.once("close", () => unused.delete(peer));
  });
  server.on("request", (request) => unused.delete(peerOf(request.socket)));
  return () => {
    for (const socket of unused.values()) socket.destroy();
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
    server.once("close", () => clearTimeout(timer));
  };
}
