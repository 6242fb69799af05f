import type { Server } from "node:net";

/**
 * Connections that may wait to be taken at each door: with Node's 511, some of a fleet that reconnects at once are turned
 * away by the kernel and come back only after their own long pause (seen with 10,000). RabbitMQ opens one for nearly every
 * question about a login, so the API needs as many. Linux caps it at net.core.somaxconn.
 */
export const WAITING_CONNECTIONS = 4096;

/** Starts to listen. @throws the error of the server, e.g. EADDRINUSE */
export function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: WAITING_CONNECTIONS }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
