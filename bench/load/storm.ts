import type { LoadDevice } from "../fleet.ts";
import { Payloads } from "./payload.ts";
import { Publisher } from "./publisher.ts";

/**
 * Many devices that behave like a fleet whose platform goes away: each keeps its unacknowledged messages, tries to
 * connect again after a random wait, and sends them again. Started through `Child`, it takes its orders as messages.
 */
export interface StormOrder {
  readonly host: string;
  readonly port: number;
  readonly devices: readonly LoadDevice[];
  /** Between two attempts to connect: this, give or take a half, in milliseconds. */
  readonly retryMs: number;
  readonly from: number;
}
export type StormCommand =
  /** Every device observes one more reading and sends it as soon as it can, all within `spreadMs`. */
  { readonly type: "observe"; readonly spreadMs: number } | { readonly type: "end" };
export type StormMessage =
  | { readonly type: "connected" | "acknowledged" }
  | {
      readonly type: "report";
      readonly connects: number;
      readonly observed: number;
      readonly acknowledged: number;
      /** Readings that left more than once. */
      readonly sentAgain: number;
    };

/** As many logins at a time as a listener's backlog surely takes. */
const LOGINS = 200;

class StormDevice {
  private readonly storm: Storm;
  private readonly device: LoadDevice;
  private readonly payloads: Payloads;
  /** Observed and not acknowledged. */
  private readonly kept = new Set<string>();
  private publisher: Publisher | undefined;
  private readonly left = new Set<string>();

  constructor(storm: Storm, device: LoadDevice, from: number) {
    this.storm = storm;
    this.device = device;
    this.payloads = new Payloads({ from, stepMs: 1000, readingsPerMessage: 1 });
  }

  async connect(): Promise<void> {
    const { host, port } = this.storm.order;
    const underWay = new Map<number, string>();
    const sending = new Set<string>();
    let current: string | undefined;
    let gone = false;
    try {
      const publisher = await Publisher.connect({
        host,
        port,
        username: this.device.id,
        password: this.device.token,
        topic: `v1/devices/${this.device.id}/telemetry`,
        qos: 1,
        window: 8,
        next: () => {
          for (const payload of this.kept) {
            if (sending.has(payload)) continue;
            sending.add(payload);
            if (this.left.has(payload)) this.storm.sentAgain++;
            this.left.add(payload);
            current = payload;
            return payload;
          }
          return undefined;
        },
        sent: (packetId) => void underWay.set(packetId, current!),
        acknowledged: (_latency, packetId) => {
          const payload = underWay.get(packetId)!;
          underWay.delete(packetId);
          this.kept.delete(payload);
          this.left.delete(payload);
          this.storm.noteAcknowledged();
        },
        // An error comes with a close of its own.
        closed: () => {
          if (gone) return;
          gone = true;
          if (this.publisher) this.storm.noteClosed();
          this.publisher = undefined;
          this.storm.retry(this);
        },
      });
      if (gone) return;
      this.publisher = publisher;
      this.storm.noteConnected();
      publisher.fill();
    } catch {
      this.storm.retry(this);
    }
  }

  observe(): void {
    this.kept.add(this.payloads.next());
    this.publisher?.fill();
  }

  end(): void {
    this.publisher?.destroy();
  }
}

class Storm {
  readonly order: StormOrder;
  private readonly tell: (message: StormMessage) => void;
  private readonly devices: StormDevice[];
  private ending = false;
  /** Devices that are connected now. */
  private open = 0;
  private connects = 0;
  private observed = 0;
  private acknowledged = 0;
  sentAgain = 0;

  constructor(order: StormOrder, tell: (message: StormMessage) => void) {
    this.order = order;
    this.tell = tell;
    this.devices = order.devices.map((device) => new StormDevice(this, device, order.from));
  }

  async start(): Promise<void> {
    for (let from = 0; from < this.devices.length; from += LOGINS) {
      await Promise.all(this.devices.slice(from, from + LOGINS).map((device) => device.connect()));
    }
  }

  noteConnected(): void {
    this.connects++;
    this.open++;
    if (this.open === this.devices.length) this.tell({ type: "connected" });
    this.lookIfDone();
  }

  noteClosed(): void {
    this.open--;
  }

  noteAcknowledged(): void {
    this.acknowledged++;
    this.lookIfDone();
  }

  private lookIfDone(): void {
    if (this.observed === 0 || this.acknowledged < this.observed || this.open < this.devices.length) return;
    this.tell({ type: "acknowledged" });
  }

  retry(device: StormDevice): void {
    if (this.ending) return;
    setTimeout(() => void (this.ending || device.connect()), this.order.retryMs * (0.5 + Math.random()));
  }

  observe(spreadMs: number): void {
    this.observed += this.devices.length;
    for (const device of this.devices) setTimeout(() => device.observe(), spreadMs * Math.random());
  }

  end(): StormMessage {
    this.ending = true;
    for (const device of this.devices) device.end();
    const { connects, observed, acknowledged, sentAgain } = this;
    return { type: "report", connects, observed, acknowledged, sentAgain };
  }
}

process.once("message", (order: StormOrder) => {
  const storm = new Storm(order, (message) => process.send!(message));
  process.on("disconnect", () => process.exit(1));
  process.on("message", (command: StormCommand) => {
    if (command.type === "observe") storm.observe(command.spreadMs);
    else process.send!(storm.end(), () => process.exit(0));
  });
  storm.start().catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
