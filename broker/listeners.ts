import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { Admission } from "../base/connection-limits.ts";
import { listening } from "../base/listening.ts";
import type { Logger } from "../base/log.ts";
import { type FollowedTls, HANDSHAKE_MS, peerOf, refusePlainHttp } from "../base/tls-server.ts";
import type { ListenOptions, Ports } from "./options.ts";
import { createTlsListener, type TlsListener } from "./tls-listener.ts";

/** A frame may hold several packets, and a packet may come in several frames. */
const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * The same before the login: a CONNECT, and a few packets of a client that does not wait for the answer. A frame is
 * gathered before anything of it is read, and ten thousand strangers may be there at once.
 */
const MAX_STRANGER_FRAME_BYTES = 80 * 1024;

/** After about this long TCP notices a peer that vanished, also without MQTT's keep-alive. */
const TCP_KEEPALIVE_MS = 60_000;

const KEEP_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS };

export interface ListenersOptions {
  readonly log: Logger;
  /** Counts a socket, or ends it and returns undefined. */
  readonly admit: (socket: Socket) => Admission | undefined;
  readonly handle: (connection: Duplex, admission: Admission, commonName?: string) => void;
  readonly onTrustChanged: () => void;
}

export interface Listeners {
  listen(options: ListenOptions): Promise<Ports>;
  /** Takes no more connections; does not wait for the present ones. */
  stop(): void;
  /** Ends the connections over WebSocket. */
  close(): void;
  readonly tlsErrors: number;
}

/** The doors: MQTT over TCP, over WebSocket and over TLS. */
export function createListeners({ log, admit, handle, onTrustChanged }: ListenersOptions): Listeners {
  const servers: Server[] = [];
  let sockets: WebSocketServer | undefined;
  let tls: TlsListener | undefined;
  let wsCounts = { tlsErrors: 0 };

  async function open(server: Server, port: number, host: string): Promise<number> {
    servers.push(server);
    await listening(server, port, host);
    server.on("error", (error) => log.error({ err: error }, "a listener cannot take a connection"));
    return (server.address() as AddressInfo).port;
  }

  return {
    async listen({ host, port, wsPort, wss, tls: secure }) {
      const ports = { port: 0, wsPort: 0, tlsPort: 0 };
      // First of all, as its files may be wrong.
      if (secure) {
        const { files, pollMs } = secure;
        tls = await createTlsListener({
          files,
          pollMs,
          log,
          keepAliveMs: TCP_KEEPALIVE_MS,
          admit,
          handle,
          onTrustChanged,
        });
      }
      if (port !== "off") {
        const tcp = createServer(KEEP_ALIVE, (socket) => {
          const admission = admit(socket);
          if (admission) handle(socket, admission);
        });
        ports.port = await open(tcp, port, host);
      }
      if (wsPort !== "off") {
        const ws = createWebSocketListener({ admit, handle, log }, wss);
        sockets = ws.sockets;
        wsCounts = ws.counts;
        ports.wsPort = await open(ws.http, wsPort, host);
      }
      if (secure && tls) ports.tlsPort = await open(tls.server, secure.port, host);
      return ports;
    },
    stop() {
      tls?.stop();
      for (const server of servers) if (server.listening) server.close();
    },
    close() {
      for (const socket of sockets?.clients ?? []) socket.terminate();
    },
    get tlsErrors() {
      return wsCounts.tlsErrors + (tls?.counts.tlsErrors ?? 0);
    },
  };
}

/** Takes MQTT over WebSocket at `/mqtt`, in TLS where there is a certificate; each connection is handed on as a stream. */
function createWebSocketListener(
  { admit, handle, log }: Pick<ListenersOptions, "admit" | "handle" | "log">,
  tls: FollowedTls | undefined,
): { http: HttpServer; sockets: WebSocketServer; counts: { tlsErrors: number } } {
  const counts = { tlsErrors: 0 };
  const http = createWebServer(tls);
  http.on("tlsClientError", (error, socket) => {
    counts.tlsErrors++;
    log.debug({ err: error, address: socket.remoteAddress }, "a TLS handshake failed");
    socket.destroy();
  });
  const admissions = new Map<string, Admission>();
  http.on("connection", (socket) => {
    const admission = admit(socket);
    if (!admission) return;
    const peer = peerOf(socket);
    admissions.set(peer, admission);
    socket.once("close", () => admissions.delete(peer));
  });
  const sockets = new WebSocketServer({
    server: http,
    path: "/mqtt",
    maxPayload: MAX_STRANGER_FRAME_BYTES,
    // [MQTT-6.0.0-3] names "mqtt"; "mqttv3.1" is what 3.1 clients ask for.
    handleProtocols: (offered) =>
      offered.has("mqtt") ? "mqtt" : offered.has("mqttv3.1") ? "mqttv3.1" : false,
  });
  // It repeats each error of its server, which is reported there, and without a listener would end the process.
  sockets.on("error", () => {});
  sockets.on("connection", (socket, request) => {
    const admission = admissions.get(peerOf(request.socket));
    if (!admission) return socket.terminate();
    handle(createWebSocketStream(socket), {
      ...admission,
      known() {
        admission.known();
        allowFrames(socket, MAX_FRAME_BYTES);
      },
    });
  });
  return { http, sockets, counts };
}

/** A server that says what its port is for to whoever comes without WebSocket. */
function createWebServer(tls: FollowedTls | undefined): HttpServer {
  const answer: RequestListener = (_request, response) => {
    response.writeHead(426, { "content-type": "text/plain", upgrade: "websocket" });
    response.end("This port speaks MQTT over WebSocket, at /mqtt, with the subprotocol 'mqtt'.\n");
  };
  if (!tls) return createHttpServer(KEEP_ALIVE, answer);
  const options = { ...KEEP_ALIVE, ...tls.material.context, handshakeTimeout: HANDSHAKE_MS };
  const https = createHttpsServer(options, answer);
  tls.renew(https);
  refusePlainHttp(https);
  return https;
}

/**
 * Changes the allowed length of a frame. ws takes it for a whole server only; the receiver of a connection looks at its
 * own copy with each frame. test/broker checks the pinned version for that.
 */
function allowFrames(socket: WebSocket, bytes: number): void {
  (socket as unknown as { _receiver: { _maxPayload: number } })._receiver._maxPayload = bytes;
}
