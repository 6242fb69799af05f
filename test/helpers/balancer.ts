import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { WAITING_CONNECTIONS } from "../../base/waiting-connections.ts";

/** A load balancer in front of ports of this machine: each connection goes to the next one that is well. */
export interface Balancer {
  readonly port: number;
  /** From now on to these; connections to others are cut, as when their checks of health fail. */
  lead(ports: readonly number[]): void;
  close(): void;
}

export async function startBalancer(): Promise<Balancer> {
  let well: readonly number[] = [];
  let turn = 0;
  const open = new Map<Socket, number>();
  const join = (client: Socket, tries: number) => {
    const port = well[turn++ % Math.max(1, well.length)];
    if (port === undefined || tries === 0) {
      client.destroy();
      return;
    }
    const server = connect({ port, host: "127.0.0.1", noDelay: true });
    let isJoined = false;
    server.once("connect", () => {
      isJoined = true;
      open.set(client, port);
      client.pipe(server);
      server.pipe(client);
    });
    server.on("error", () => (isJoined ? client.destroy() : join(client, tries - 1)));
    server.on("close", () => isJoined && client.destroy());
    client.once("close", () => {
      open.delete(client);
      server.destroy();
    });
  };
  const server = createServer({ noDelay: true }, (client) => {
    client.on("error", () => {});
    join(client, well.length);
  });
  // A fleet comes back through it all at once.
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: "127.0.0.1", backlog: WAITING_CONNECTIONS }, resolve),
  );
  return {
    port: (server.address() as AddressInfo).port,
    lead(ports) {
      well = ports;
      for (const [client, port] of open) if (!ports.includes(port)) client.destroy();
    },
    close() {
      for (const client of open.keys()) client.destroy();
      server.close();
    },
  };
}
