import { createHmac } from "node:crypto";
import { expect, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { type Identity, identityOf } from "../../../devices/identities.ts";
import type {
  DoorPresence,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
  UnknownMessage,
} from "../../../exchange/door.ts";
import { type Jt808Door, type Jt808Options, openJt808 } from "../../../protocols/jt808/door.ts";
import { Jt808Terminal } from "../../helpers/jt808-terminal.ts";

export interface TestVehicle {
  readonly id: string;
  readonly deviceNo: number;
  readonly gateway: boolean;
}

export const vehicle = (no: number): TestVehicle => ({ id: `car-${no}`, deviceNo: no, gateway: false });

/** The phone number of a vehicle. */
export const phoneOf = (no: number): string => `1398520${String(no).padStart(4, "0")}`;

/** The inside of a platform that settles nothing before it is told to. */
export class Stage {
  readonly messages: ReceivedMessage<TestVehicle>[] = [];
  readonly refused: [RawMessage<TestVehicle>, DoorRefusal][] = [];
  readonly unknown: UnknownMessage[] = [];
  readonly presence: string[] = [];
  readonly listening: string[] = [];
  /** By SIM in its canonical form. */
  readonly devices = new Map<string, TestVehicle>();
  /** By the device's number. */
  readonly tokens = new Map<number, string>();
  readonly bound = new Map<number, string>();
  lookUps = 0;
  /** Queries fail while it is set. */
  away = false;
  settlesAtOnce = false;
  private readonly waiting: (() => void)[] = [];
  private readonly terminals: Jt808Terminal[] = [];
  door!: Jt808Door;

  constructor() {
    for (const no of [1, 2]) this.give(no, phoneOf(no));
  }

  /** Gives a vehicle a phone number. */
  give(no: number, phone: string): void {
    this.devices.set(identityOf("sim", phone)!.value, vehicle(no));
    if (!this.tokens.has(no)) this.tokens.set(no, `token-${no}`);
  }

  async open(options: Partial<Jt808Options<TestVehicle>> = {}): Promise<void> {
    const keep = (settled: () => void) => {
      if (this.settlesAtOnce) settled();
      else this.waiting.push(settled);
    };
    const query = <T>(answer: T): T => {
      if (this.away) throw new Error("away");
      return answer;
    };
    const find = ({ value }: Identity) => this.devices.get(value);
    this.door = await openJt808<TestVehicle>({
      host: "127.0.0.1",
      port: 0,
      connections: 0,
      perAddress: 0,
      rateLimit: 0,
      itemLimit: 0,
      log: createLogger("silent", { write: () => {} }),
      devices: {
        findIdentified: find,
        lookUpIdentified: async (identity) => {
          this.lookUps++;
          return query(find(identity));
        },
        authenticate: async (id, token) =>
          [...this.devices.values()].find(
            (device) => device.id === id && this.tokens.get(device.deviceNo) === token,
          ),
        secretOf: ({ deviceNo }, purpose) =>
          createHmac("sha256", this.tokens.get(deviceNo)!).update(purpose).digest(),
        bind: async ({ deviceNo }, _door, holder) => {
          const held = `${this.tokens.get(deviceNo)} ${holder}`;
          const before = query(this.bound.get(deviceNo));
          if (before === undefined || !before.startsWith(`${this.tokens.get(deviceNo)} `))
            this.bound.set(deviceNo, held);
          return this.bound.get(deviceNo) === held;
        },
        isAway: (error) => (error as Error).message === "away",
      },
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
      onPresence: ({ device, connected }: DoorPresence<TestVehicle>) => {
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

  async connect(no: number, options: { is2019?: boolean; phone?: string } = {}): Promise<Jt808Terminal> {
    const terminal = await Jt808Terminal.connect(this.door.port, options.phone ?? phoneOf(no), options);
    this.terminals.push(terminal);
    return terminal;
  }

  /** A terminal that has registered and logged in, of which nothing is left to be looked at. */
  async logIn(no: number, options: { is2019?: boolean; phone?: string } = {}): Promise<Jt808Terminal> {
    const before = this.settlesAtOnce;
    this.settlesAtOnce = true;
    const terminal = await this.connect(no, options);
    const { code } = await terminal.register(
      options.is2019 ? Buffer.concat([Buffer.alloc(75, "A"), Buffer.of(0, 0x41)]) : undefined,
    );
    expect(await terminal.logIn(code)).toBe(0);
    this.settlesAtOnce = before;
    this.messages.length = 0;
    terminal.heard.length = 0;
    return terminal;
  }

  async came(count: number): Promise<void> {
    await vi.waitFor(() => expect(this.messages.length).toBe(count));
  }

  get counts(): Readonly<Record<string, number>> {
    return this.door.packetCounts();
  }

  async close(): Promise<void> {
    for (const { socket } of this.terminals) socket.destroy();
    await this.door.quiesce();
    await this.door.close();
  }
}
