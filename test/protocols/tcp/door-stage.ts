import type { Socket } from "node:net";
import { expect, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type {
  Door,
  DoorEvents,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
  UnknownMessage,
} from "../../../exchange/door.ts";
import type { DeviceRateLimits } from "../../../protocols/tcp/device-rates.ts";
import type { TcpListenerOptions } from "../../../protocols/tcp/listener.ts";

/** A device as a door knows it. */
export interface StageDevice {
  readonly id: string;
  readonly deviceNo: number;
  readonly gateway: boolean;
}

interface StageDoor extends Door {
  readonly port: number;
  packetCounts(): Readonly<Record<string, number>>;
}

/** The inside of a platform, for a door over TCP, that settles nothing before it is told to. */
export abstract class DoorStage<D extends StageDoor> {
  readonly messages: ReceivedMessage<StageDevice>[] = [];
  readonly refused: [RawMessage<StageDevice>, DoorRefusal][] = [];
  readonly unknown: UnknownMessage[] = [];
  readonly presence: string[] = [];
  readonly listening: string[] = [];
  readonly logged: { readonly level: string; readonly msg: string; readonly [key: string]: unknown }[] = [];
  /** By what they are known by at this door, in its canonical form. */
  readonly devices = new Map<string, StageDevice>();
  /** Queries fail while it is set. */
  away = false;
  settlesAtOnce = false;
  door!: D;
  protected readonly clients: { readonly socket: Socket }[] = [];
  private readonly waiting: (() => void)[] = [];

  /** What every door over TCP is given. */
  protected inside(): TcpListenerOptions & DeviceRateLimits & DoorEvents<StageDevice> {
    const keep = (settled: () => void) => {
      if (this.settlesAtOnce) settled();
      else this.waiting.push(settled);
    };
    return {
      host: "127.0.0.1",
      port: 0,
      connections: 0,
      perAddress: 0,
      rateLimit: 0,
      itemLimit: 0,
      log: createLogger("info", { write: (line) => void this.logged.push(JSON.parse(line)) }),
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
      onPresence: ({ device, connected }) => {
        this.presence.push(`${device.id} ${connected ? "came" : "left"}`);
      },
      onListening: ({ id }) => void this.listening.push(id),
    };
  }

  /** What a query answers. */
  protected query<T>(answer: T): T {
    if (this.away) throw new Error("away");
    return answer;
  }

  protected isAway(error: unknown): boolean {
    return (error as Error).message === "away";
  }

  /** Settles what came first. */
  settle(count = 1): void {
    for (const settled of this.waiting.splice(0, count)) settled();
  }

  get unsettled(): number {
    return this.waiting.length;
  }

  async came(count: number): Promise<void> {
    await vi.waitFor(() => expect(this.messages.length).toBe(count));
  }

  get counts(): Readonly<Record<string, number>> {
    return this.door.packetCounts();
  }

  async close(): Promise<void> {
    for (const { socket } of this.clients) socket.destroy();
    await this.door.quiesce();
    await this.door.close();
  }
}
