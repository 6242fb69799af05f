import { expect } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Broker, type BrokerOptions, createBroker, type Published } from "../../broker/broker.ts";
import type { DoorPresence } from "../../exchange/door.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

export interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

const devices = new Map<string, Device>([
  ["meter-1", { id: "meter-1", deviceNo: 1, gateway: false }],
  ["meter-2", { id: "meter-2", deviceNo: 2, gateway: false }],
  ["gw-1", { id: "gw-1", deviceNo: 3, gateway: true }],
]);

/** A broker of two meters and a gateway, whose tokens are `token-of-<id>`, and what it handed over. */
export interface BrokerBench {
  readonly broker: Broker;
  readonly port: number;
  readonly wsPort: number;
  readonly published: Published<Device>[];
  readonly refused: { message: Published<Device>; reason: string }[];
  readonly presence: DoorPresence<Device>[];
  readonly logged: { msg: string; [key: string]: unknown }[];
}

/** @param settle does with each message what a commit would do; at once, unless it is given */
export async function startBench(
  options: Partial<BrokerOptions<Device>> = {},
  settle: (settled: () => void) => void = (settled) => settled(),
): Promise<BrokerBench> {
  const published: BrokerBench["published"] = [];
  const refused: BrokerBench["refused"] = [];
  const presence: BrokerBench["presence"] = [];
  const logged: BrokerBench["logged"] = [];
  const broker = await createBroker<Device>({
    log: createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) }),
    rateLimit: 0,
    authenticate: (username, token) =>
      token.toString() === `token-of-${username}` ? devices.get(username) : undefined,
    onPublish: (message, settled) => {
      published.push(message);
      settle(settled);
    },
    onRefused: (message, { reason }, settled) => {
      refused.push({ message, reason });
      settled();
    },
    onPresence: (change) => presence.push(change),
    ...options,
  });
  const { port, wsPort } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 });
  return { broker, port, wsPort, published, refused, presence, logged };
}

/** A bench that lets everybody in, as a meter. */
export const startOpenBench = (
  options: Partial<BrokerOptions<Device>> = {},
  settle?: (settled: () => void) => void,
): Promise<BrokerBench> =>
  startBench({ authenticate: (id) => ({ id, deviceNo: 1, gateway: false }), ...options }, settle);

/** A connection of its own that is logged in. */
export async function loginRaw({ port }: BrokerBench, id = "meter-1"): Promise<RawMqtt> {
  const raw = new RawMqtt(port);
  expect(await raw.login(id, "token")).toMatchObject({ returnCode: 0 });
  return raw;
}
