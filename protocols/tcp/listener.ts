import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Admission, ConnectionCounter } from "../../base/connection-limits.ts";
import { listening } from "../../base/listening.ts";
import type { Logger } from "../../base/log.ts";
import { withinNetworks } from "../../base/networks.ts";

export interface TcpListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Addresses and networks that may connect; undefined: all. */
  readonly from?: readonly string[] | undefined;
  /** Connections at once, 0 for no limit. */
  readonly connections: number;
  /** Connections at once from one address or /64, 0 for no limit. */
  readonly perAddress: number;
  readonly log: Logger;
}

/** Where nobody comes in from another machine. */
const OWN_ADDRESS = /^(localhost|127\..*|::1)$/;

/** A connection as the listener ends it. */
export interface TcpSession {
  /** Reads nothing more; what was taken is still answered. */
  quiesce(): void;
  /** Sends what is left to be sent, and ends. */
  end(): void;
}

/** Listens for devices, and knows their connections. */
export class TcpListener {
  private readonly options: TcpListenerOptions;
  private readonly server: Server;
  private readonly counter: ConnectionCounter;
  private readonly mayConnect: (address: string) => boolean;
  private readonly sessions = new Set<TcpSession>();
  private forbidden = 0;
  private isQuiet = false;

  /** @param open begins a session on an admitted socket */
  constructor(options: TcpListenerOptions, open: (socket: Socket, admission: Admission) => TcpSession) {
    const { connections, perAddress, from } = options;
    this.options = options;
    this.counter = new ConnectionCounter({ connections, perAddress });
    this.mayConnect = from ? withinNetworks(from) : () => true;
    this.server = createServer({ noDelay: true }, (socket) => {
      if (this.isQuiet || !this.mayConnect(socket.remoteAddress ?? "")) {
        this.forbidden++;
        socket.destroy();
        return;
      }
      const admission = this.counter.admit(socket);
      if (!admission) return;
      const session = open(socket, admission);
      this.sessions.add(session);
      socket.once("close", () => this.sessions.delete(session));
    });
  }

  /**
   * @param open a warning where whoever reaches the port may connect
   * @throws the error of the server, such as EADDRINUSE
   */
  async listen(whom: string, open: string): Promise<void> {
    const { host, port, from, log } = this.options;
    await listening(this.server, port, host);
    this.server.on("error", (error) =>
      log.error({ err: error }, `the listener for ${whom} reports an error`),
    );
    log.info({ host, port: this.port }, `listens for ${whom}`);
    if (!from && !OWN_ADDRESS.test(host)) log.warn({ host, port: this.port }, open);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that were ended at once, or made room for others. */
  get refused(): number {
    return this.counter.refused + this.forbidden;
  }

  quiesce(): void {
    this.isQuiet = true;
    this.server.close();
    for (const session of this.sessions) session.quiesce();
  }

  async close(): Promise<void> {
    this.isQuiet = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.sessions) session.end();
    await closed;
  }
}
