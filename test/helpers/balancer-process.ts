import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { WAITING_CONNECTIONS } from "../../base/listening.ts";
import type { FromBalancer, ToBalancer } from "./balancer.ts";

/** The process of a load balancer, which `balancer.ts` starts, and which ends with whoever has started it. */
process.once("disconnect", () => process.exit());
let well: readonly number[] = [];
let turn = 0;
const open = new Map<Socket, number>();

function join(client: Socket, tries: number): void {
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
}

const server = createServer({ noDelay: true }, (client) => {
  client.on("error", () => {});
  join(client, well.length);
});

process.on("message", ({ lead }: ToBalancer) => {
  well = lead;
  for (const [client, port] of open) if (!lead.includes(port)) client.destroy();
});

// A fleet comes back through it all at once.
server.listen({ port: 0, host: "127.0.0.1", backlog: WAITING_CONNECTIONS }, () =>
  process.send!({ port: (server.address() as AddressInfo).port } satisfies FromBalancer),
);
