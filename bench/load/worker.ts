import { percentile } from "../figures.ts";
import type { LoadDevice } from "../fleet.ts";
import { Payloads } from "./payload.ts";
import { Publisher } from "./publisher.ts";

/**
 * One load process: connects publishers, publishes gas-meter readings for a time or a count, and reports the
 * acknowledged ones. Started through `startLoad`, it takes its order as one message.
 */
export interface LoadOrder {
  readonly host: string;
  /** The doors, over which the devices are dealt in turn. */
  readonly ports: readonly number[];
  readonly devices: readonly LoadDevice[];
  readonly qos: 0 | 1;
  /** Unacknowledged messages over all connections; for QoS 0, messages that are not `settled` yet. */
  readonly window: number;
  readonly readingsPerMessage: number;
  /** Messages per second over all connections; 0 for as fast as it goes. */
  readonly rate: number;
  /** The first observedAt, epoch milliseconds. */
  readonly from: number;
  readonly stepMs: number;
  /** By time: warm up, then count. By messages: all of them count, until the last is acknowledged. */
  readonly amount:
    | { readonly warmUpMs: number; readonly runMs: number }
    | { readonly messages: number; readonly timeoutMs: number };
  /** True when connections may break, and the acknowledged readings are to be reported. */
  readonly record: boolean;
}

export interface LoadReport {
  /** Of the counted time. */
  readonly seconds: number;
  /** Messages in the counted time. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledgement latency in the counted time, milliseconds; NaN becomes null between processes. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Messages from beginning to end. */
  readonly total: { readonly sent: number; readonly acknowledged: number };
  /** The last observedAt of all. */
  readonly last: number;
  /** With `record`: the observedAt of every acknowledged reading, by device. */
  readonly recorded: Readonly<Record<string, readonly number[]>>;
}

/**
 * For QoS 0: how many messages of this load the platform has stored. Without it, a load at full speed would only
 * fill the sockets' buffers, some megabytes each.
 */
export interface LoadCommand {
  readonly type: "settled";
  readonly messages: number;
}

export type LoadMessage =
  | { readonly type: "counting" | "counted" }
  | { readonly type: "report"; readonly report: LoadReport };

/** As many logins at a time as a listener's backlog surely takes. */
const LOGINS = 200;
/** Messages under way at the end must be acknowledged within this time. */
const DRAIN_MS = 20_000;
const PACE_MS = 2;
const LOOK_MS = 5;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class Load {
  private readonly order: LoadOrder;
  private readonly publishers: Publisher[] = [];
  private readonly payloads: Payloads[] = [];
  private readonly recorded: Record<string, number[]> = {};
  private readonly latencies: number[] = [];
  private readonly total = { sent: 0, acknowledged: 0 };
  private counted = { sent: 0, acknowledged: 0 };
  private counting = false;
  private broken = 0;
  private allowance: number;
  private left: number;
  private settled = 0;
  private turn = 0;

  constructor(order: LoadOrder) {
    this.order = order;
    this.allowance = order.rate === 0 ? Number.POSITIVE_INFINITY : 0;
    this.left = "messages" in order.amount ? order.amount.messages : Number.POSITIVE_INFINITY;
  }

  async run(tell: (message: LoadMessage) => void): Promise<LoadReport> {
    const { devices, amount, rate } = this.order;
    // Nothing is sent before all are connected.
    const { left } = this;
    this.left = 0;
    for (let from = 0; from < devices.length; from += LOGINS) {
      await Promise.all(
        devices.slice(from, from + LOGINS).map((device, n) => this.connect(device, from + n)),
      );
    }
    this.left = left;
    const pacer = rate > 0 ? this.pace(rate) : undefined;
    let started = performance.now();
    const begin = () => {
      this.counted = { sent: 0, acknowledged: 0 };
      this.counting = true;
      started = performance.now();
      tell({ type: "counting" });
    };
    if ("messages" in amount) begin();
    for (const publisher of this.publishers) publisher.fill();
    if ("messages" in amount) {
      await this.until(() => this.total.acknowledged >= amount.messages, amount.timeoutMs);
    } else {
      await this.until(() => false, amount.warmUpMs);
      begin();
      await this.until(() => false, amount.runMs);
    }
    this.counting = false;
    const seconds = (performance.now() - started) / 1000;
    const { counted } = this;
    tell({ type: "counted" });
    clearInterval(pacer);
    for (const publisher of this.publishers) publisher.stop();
    await this.until(() => this.inFlight === 0, DRAIN_MS);
    await Promise.race([Promise.all(this.publishers.map((publisher) => publisher.end())), pause(DRAIN_MS)]);
    this.latencies.sort((a, b) => a - b);
    return {
      seconds,
      ...counted,
      p50: percentile(this.latencies, 0.5),
      p99: percentile(this.latencies, 0.99),
      total: this.total,
      last: this.payloads.reduce((last, { at }) => Math.max(last, at), this.order.from),
      recorded: this.recorded,
    };
  }

  private get inFlight(): number {
    return this.publishers.reduce((sum, publisher) => sum + publisher.inFlight, 0);
  }

  /** Waits for a condition, at most for a time; broken connections end the waiting as well. */
  private async until(done: () => boolean, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!done() && this.broken < this.publishers.length) {
      const left = deadline - performance.now();
      if (left <= 0) return;
      await pause(Math.min(LOOK_MS, left));
    }
  }

  private pace(rate: number): NodeJS.Timeout {
    let last = performance.now();
    return setInterval(() => {
      const now = performance.now();
      // Messages that a stalled broker did not take are not made up for: at most a tenth of a second's worth.
      this.allowance = Math.min(rate / 10, this.allowance + ((now - last) * rate) / 1000);
      last = now;
      this.fill();
    }, PACE_MS);
  }

  /** Each time another publisher comes first, so that none is forgotten when there is not enough for all. */
  private fill(): void {
    const { publishers } = this;
    for (let i = 0; i < publishers.length && this.mayNext(); i++) {
      publishers[(this.turn + i) % publishers.length]!.fill();
    }
    this.turn++;
  }

  private mayNext(): boolean {
    if (this.allowance < 1 || this.left < 1) return false;
    return this.order.qos === 1 || this.total.sent - this.settled < this.order.window;
  }

  noteSettled(messages: number): void {
    this.settled = messages;
    this.fill();
  }

  private async connect({ id, token, meters }: LoadDevice, index: number): Promise<void> {
    const { order } = this;
    const payloads = new Payloads({ ...order, meters });
    this.payloads.push(payloads);
    const recorded: number[] = [];
    const underWay = new Map<number, number>();
    if (order.record) this.recorded[id] = recorded;
    const publisher = await Publisher.connect({
      host: order.host,
      port: order.ports[index % order.ports.length]!,
      username: id,
      password: token,
      topic: meters ? `v1/gateways/${id}/telemetry` : `v1/devices/${id}/telemetry`,
      qos: order.qos,
      window: Math.max(1, Math.round(order.window / order.devices.length)),
      next: () => {
        if (!this.mayNext()) return undefined;
        this.allowance--;
        this.left--;
        this.total.sent++;
        if (this.counting) this.counted.sent++;
        return payloads.next();
      },
      ...(order.record ? { sent: (packetId: number) => void underWay.set(packetId, payloads.at) } : {}),
      acknowledged: (latencyMs, packetId) => {
        this.total.acknowledged++;
        if (order.record) recorded.push(underWay.get(packetId)!);
        if (!this.counting) return;
        this.counted.acknowledged++;
        // Every 8th is plenty for a percentile and keeps the list small.
        if (order.rate > 0 || this.counted.acknowledged % 8 === 0) this.latencies.push(latencyMs);
      },
      closed: (error) => {
        if (this.counting && !order.record) {
          throw new Error(`the broker closed the connection of ${id}: ${error?.message ?? "no error"}`);
        }
        this.broken++;
      },
    });
    this.publishers.push(publisher);
  }
}

process.once("message", (order: LoadOrder) => {
  const load = new Load(order);
  process.on("message", (command: LoadCommand) => {
    load.noteSettled(command.messages);
  });
  // The process that started this one is gone.
  process.on("disconnect", () => process.exit(1));
  load
    .run((message) => process.send!(message))
    .then(
      (report) => process.send!({ type: "report", report } satisfies LoadMessage, () => process.exit(0)),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
});
