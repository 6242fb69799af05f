import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Admission } from "../base/connection-limits.ts";
import type { Logger } from "../base/log.ts";
import type { TlsFiles } from "../base/tls-files.ts";
import { followTlsFiles, HANDSHAKE_MS, peerOf } from "../base/tls-server.ts";

export interface TlsListenerOptions {
  readonly files: TlsFiles;
  readonly pollMs?: number | undefined;
  readonly log: Logger;
  readonly keepAliveMs: number;
  readonly admit: (socket: Socket) => Admission | undefined;
  /** @param commonName of the client's certificate, when it has one that was verified */
  readonly handle: (socket: TLSSocket, admission: Admission, commonName: string | undefined) => void;
  /** Called when the CA or the revoked certificates have changed. */
  readonly onTrustChanged: () => void;
}

export interface TlsListener {
  readonly server: Server;
  readonly counts: { tlsErrors: number };
  /** Stops looking at the files. */
  stop(): void;
}

/**
 * MQTT over TLS 1.2 and 1.3. The files are read again when they change, for new connections.
 * @throws PlatformError `config_invalid` that names the file
 */
export async function createTlsListener(options: TlsListenerOptions): Promise<TlsListener> {
  const { files, log } = options;
  const counts = { tlsErrors: 0 };
  const tls = await followTlsFiles(files, { log, pollMs: options.pollMs });
  /** By remote address and port: the TLS socket is another object than the one that was accepted. */
  const admissions = new Map<string, Admission>();

  const server = createServer({
    ...tls.material.context,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: options.keepAliveMs,
    handshakeTimeout: HANDSHAKE_MS,
    requestCert: files.ca !== undefined,
    // A client without a certificate may have a token.
    rejectUnauthorized: false,
  });
  server.on("connection", (socket) => {
    const admission = options.admit(socket);
    if (!admission) return;
    const peer = peerOf(socket);
    admissions.set(peer, admission);
    socket.once("close", () => admissions.delete(peer));
  });
  server.on("secureConnection", (socket) => {
    const admission = admissions.get(peerOf(socket));
    if (!admission) return void socket.destroy();
    const certificate = files.ca === undefined ? undefined : socket.getPeerX509Certificate();
    if (certificate && !socket.authorized) {
      counts.tlsErrors++;
      const { authorizationError: reason } = socket;
      log.info({ address: admission.address, reason: String(reason) }, "client certificate refused");
      return void socket.destroy();
    }
    options.handle(socket, admission, certificate && commonNameOf(socket));
  });
  server.on("tlsClientError", (error, socket) => {
    counts.tlsErrors++;
    log.debug({ err: error, address: socket.remoteAddress }, "a TLS handshake failed");
    socket.destroy();
  });

  tls.renew(server);
  tls.onChange((next, former) => {
    if (next.trust !== former.trust) options.onTrustChanged();
  });
  return { server, counts, stop: tls.stop };
}

/** A subject with several common names is no name of a device. */
function commonNameOf(socket: TLSSocket): string | undefined {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : undefined;
}
