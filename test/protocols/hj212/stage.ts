import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type {
  DoorPresence,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
  UnknownMessage,
} from "../../../exchange/door.ts";
import { type Hj212Door, type Hj212Options, openHj212 } from "../../../protocols/hj212/door.ts";
import { frameOf, PacketReader } from "../../../protocols/hj212/frame.ts";

export interface TestDevice {
  readonly id: string;
  readonly deviceNo: number;
  readonly gateway: boolean;
}

export const station = (no: number): TestDevice => ({ id: `st-${no}`, deviceNo: no, gateway: false });

/** The inside of a platform that settles nothing before it is told to. */
export class Stage {
  readonly messages: ReceivedMessage<TestDevice>[] = [];
  readonly refused: [RawMessage<TestDevice>, DoorRefusal][] = [];
  readonly unknown: UnknownMessage[] = [];
  readonly presence: string[] = [];
  readonly listening: string[] = [];
  readonly logged: { readonly level: string; readonly msg: string; readonly [key: string]: unknown }[] = [];
  /** By MN. */
  readonly devices = new Map<string, TestDevice>([
    ["A1", station(1)],
    ["A2", station(2)],
  ]);
  readonly lookedUp: string[] = [];
  /** Queries fail while it is set. */
  away = false;
  settlesAtOnce = false;
  private readonly waiting: (() => void)[] = [];
  private readonly clients: Station[] = [];
  door!: Hj212Door;

  async open(options: Partial<Hj212Options<TestDevice>> = {}): Promise<void> {
    const keep = (settled: () => void) => {
      if (this.settlesAtOnce) settled();
      else this.waiting.push(settled);
    };
    this.door = await openHj212<TestDevice>({
      host: "127.0.0.1",
      port: 0,
      connections: 0,
      perAddress: 0,
      rateLimit: 0,
      itemLimit: 0,
      log: createLogger("info", { write: (line) => void this.logged.push(JSON.parse(line)) }),
      findStation: (mn) => this.devices.get(mn),
      lookUpStation: async (mn) => {
        this.lookedUp.push(mn);
        if (this.away) throw new Error("away");
        return this.devices.get(mn);
      },
      isAway: (error) => (error as Error).message === "away",
      onMessage: (message, settled) => {
        this.messages.push(message);
        keep(settled);
        return Array.isArray(message.value) ? message.value.length : 1;
      },
      onRefused: (message, refusal, settled) => {
        this.refused.push([message, refusal]);
        keep(settled);
      },
      onUnknown: (message) => void this.unknown.push(message),
      onPresence: ({ device, connected }: DoorPresence<TestDevice>) => {
        this.presence.push(`${device.id} ${connected ? "came" : "left"}`);
      },
      onListening: ({ id }) => void this.listening.push(id),
      ...options,
    });
  }

  /** Settles what came first. */
  settle(count = 1): void {
    for (const settled of this.waiting.splice(0, count)) settled();
  }

  get unsettled(): number {
    return this.waiting.length;
  }

  /** @param localAddress of another network, such as 127.0.0.2 */
  async connect(localAddress?: string): Promise<Station> {
    const socket = connect({ host: "127.0.0.1", port: this.door.port, localAddress });
    socket.on("error", () => {});
    await once(socket, "connect");
    const client = new Station(socket);
    this.clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const { socket } of this.clients) socket.destroy();
    await this.door.quiesce();
    await this.door.close();
  }
}

/** A station's side of a connection. */
export class Station {
  readonly socket: Socket;
  readonly heard: string[] = [];
  private readonly reader = new PacketReader();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      for (const frame of this.reader.push(chunk)) this.heard.push(frame.toString());
    });
  }

  send(...segments: readonly string[]): void {
    this.socket.write(Buffer.concat(segments.map(frameOf)));
  }

  /** Waits for so many packets, and no more than these. */
  async hears(...patterns: readonly RegExp[]): Promise<void> {
    await vi.waitFor(() => expect(this.heard.length).toBe(patterns.length));
    for (const [index, pattern] of patterns.entries()) expect(this.heard[index]).toMatch(pattern);
  }

  async isEnded(): Promise<void> {
    await vi.waitFor(() => expect(this.socket.destroyed || this.socket.readableEnded).toBe(true));
  }
}

/** A segment of a real-time report. */
export const report = (mn: string, second: number, ph = 7, flag = 5): string => {
  const time = `202608010858${String(second).padStart(2, "0")}`;
  return `QN=${time}000;ST=32;CN=2011;PW=123456;MN=${mn};Flag=${flag};CP=&&DataTime=${time};w01001-Rtd=${ph},w01001-Flag=N&&`;
};
