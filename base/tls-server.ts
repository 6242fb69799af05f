import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import type { Logger } from "./log.ts";
import { repeat } from "./periodic.ts";
import { readTlsFiles, type TlsFiles, type TlsMaterial } from "./tls-files.ts";

const POLL_MS = 5_000;

/** A handshake takes a second or two on a bad line. */
export const HANDSHAKE_MS = 10_000;

/** Files of TLS that are read again when they change. */
export interface FollowedTls {
  /** The latest content that can be used. */
  readonly material: TlsMaterial;
  /** Lets a server use what is read from now on, for new connections. */
  renew(server: Pick<Server, "setSecureContext">): void;
  /** Hears of each change, with the content from before. */
  onChange(hearer: (next: TlsMaterial, former: TlsMaterial) => void): void;
  /** Stops looking at the files. */
  stop(): void;
}

/**
 * Reads the files, and again when they change. Unusable ones are logged, and the former content stays, as certificate
 * and key are seldom replaced in one moment.
 * @throws PlatformError `config_invalid` that names the file
 */
export async function followTlsFiles(
  files: TlsFiles,
  { log, pollMs = POLL_MS }: { readonly log: Logger; readonly pollMs?: number | undefined },
): Promise<FollowedTls> {
  let material = await readTlsFiles(files);
  sayWhenExpired(material.validTo, log);
  const hearers: ((next: TlsMaterial, former: TlsMaterial) => void)[] = [];
  let lastFault = "";
  const poll = async () => {
    try {
      const next = await readTlsFiles(files);
      lastFault = "";
      if (next.text === material.text) return;
      const former = material;
      material = next;
      for (const hearer of hearers) hearer(next, former);
      log.info({ validTo: next.validTo.toISOString() }, "the TLS certificate was read again");
      sayWhenExpired(next.validTo, log);
    } catch (error) {
      const { message } = error as Error;
      if (message !== lastFault) log.error({ err: error }, "the TLS files cannot be used; the former stay");
      lastFault = message;
    }
  };
  const polling = repeat(poll, pollMs);
  const onChange: FollowedTls["onChange"] = (hearer) => void hearers.push(hearer);
  return {
    get material() {
      return material;
    },
    renew: (server) => onChange(({ context }) => server.setSecureContext(context)),
    onChange,
    stop: () => void polling.stop(),
  };
}

function sayWhenExpired(validTo: Date, log: Logger): void {
  if (validTo.getTime() < Date.now())
    log.warn({ validTo: validTo.toISOString() }, "the TLS certificate has expired: clients will refuse it");
}

/** Names a connection: its TLS socket is another object than the one that was accepted. */
export const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

const PLAIN_TEXT = "This port speaks https: expected an address that begins with https://\n";
const PLAIN_ANSWER = [
  "HTTP/1.1 400 Bad Request",
  "content-type: text/plain",
  `content-length: ${PLAIN_TEXT.length}`,
  "connection: close",
  "",
  PLAIN_TEXT,
].join("\r\n");

/**
 * Answers who speaks plain http to a server of https; Node alone hangs up without a word. The TLS socket is gone by
 * then, so the answer goes to the one below it, which has no public name. test/base checks this with the Node that runs.
 */
export function refusePlainHttp(server: Server): void {
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    if (error.code !== "ERR_SSL_HTTP_REQUEST") return;
    (socket as unknown as { _parent?: Socket })._parent?.end(PLAIN_ANSWER);
  });
}
