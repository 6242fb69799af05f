import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Stands between the platform and its database server, and takes the database away: stalled, it forwards not a
 * byte and closes nothing, like a server that hangs; refusing, it cuts every connection and takes none.
 */
export class StallProxy {
  private readonly server: Server;
  private readonly pairs = new Set<[Socket, Socket]>();
  private mode: "forward" | "stall" | "refuse" = "forward";
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.server = server;
    this.url = url;
  }

  static async start(databaseUrl: string): Promise<StallProxy> {
    const target = new URL(databaseUrl);
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = new URL(databaseUrl);
    url.hostname = "127.0.0.1";
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new StallProxy(server, url.toString());
    server.on("connection", (socket) => proxy.take(socket, target));
    return proxy;
  }

  private take(socket: Socket, target: URL): void {
    socket.on("error", () => {});
    if (this.mode === "refuse") return void socket.destroy();
    const onward = connect({ host: target.hostname, port: Number(target.port || 5432) });
    onward.on("error", () => socket.destroy());
    const pair: [Socket, Socket] = [socket, onward];
    this.pairs.add(pair);
    for (const end of pair) {
      end.once("close", () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    if (this.mode === "forward") join(pair);
  }

  stall(): void {
    this.mode = "stall";
    for (const [a, b] of this.pairs) {
      a.unpipe(b).pause();
      b.unpipe(a).pause();
    }
  }

  refuse(): void {
    this.mode = "refuse";
    for (const pair of this.pairs) for (const end of pair) end.destroy();
  }

  resume(): void {
    this.mode = "forward";
    for (const pair of this.pairs) join(pair);
  }

  async close(): Promise<void> {
    this.refuse();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function join([a, b]: [Socket, Socket]): void {
  a.pipe(b).pipe(a);
}
