import { createServer as createHttpServer, type Server as HttpServer, type ServerOptions } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";

/** A frame may hold several packets, and a packet may come in several frames. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Takes MQTT over WebSocket at `/mqtt`; each connection is handed on as a stream. */
export function createWebSocketListener(
  options: ServerOptions,
  handle: (connection: Duplex) => void,
): { http: HttpServer; sockets: WebSocketServer } {
  const http = createHttpServer(options, (_request, response) => {
    response.writeHead(426, { "content-type": "text/plain", upgrade: "websocket" });
    response.end("This port speaks MQTT over WebSocket, at /mqtt, with the subprotocol 'mqtt'.\n");
  });
  const sockets = new WebSocketServer({
    server: http,
    path: "/mqtt",
    maxPayload: MAX_FRAME_BYTES,
    // [MQTT-6.0.0-3] names "mqtt"; "mqttv3.1" is what 3.1 clients ask for.
    handleProtocols: (offered) =>
      offered.has("mqtt") ? "mqtt" : offered.has("mqttv3.1") ? "mqttv3.1" : false,
  });
  // It repeats each error of its server, which is told of there, and without a listener would end the process.
  sockets.on("error", () => {});
  sockets.on("connection", (socket, request) => {
    const stream = createWebSocketStream(socket);
    handle(Object.assign(stream, { remoteAddress: request.socket.remoteAddress }));
  });
  return { http, sockets };
}

/**
 * Connections that may wait to be taken: with Node's 511, some of a fleet that reconnects at once are turned away by
 * the kernel and come back only after their own long pause (seen with 10,000). Linux caps it at net.core.somaxconn.
 */
const BACKLOG = 4096;

/** Starts to listen. @throws the error of the server, e.g. EADDRINUSE */
export function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

export const portOf = (server: Server) => (server.address() as AddressInfo).port;
