import { createRandom } from "../../devices/random.ts";
import { percentile } from "../figures.ts";
import type { ProvinceCommand, ProvinceMessage, ProvinceOrder, ProvinceReport } from "./messages.ts";
import { bodiesOf } from "./rhythms.ts";
import { type Ride, Rider } from "./rider.ts";

/** The load process of the story `province`: a fleet that comes back and then reports at its rhythm. */

/** As many logins at a time as a listener's backlog surely takes. */
const LOGINS = 200;
const TICK_MS = 10;
/** A gateway collects for this long, as the simulated ones do. */
const COLLECT_MS = 250;
/** A source address has some 28,000 ports to each door. */
const PER_ADDRESS = 20_000;

class ProvinceLoad implements Ride {
  readonly order: ProvinceOrder;
  readonly from = Date.now();
  isBack = false;
  readonly bodies: ReadonlyMap<string, readonly string[]>;
  private readonly riders: readonly Rider[];
  private readonly parts: readonly { readonly riders: readonly Rider[]; turn: number }[];
  private readonly gateways: readonly Rider[];
  private readonly meters: number;
  private meterTurn = 0;
  private eventTurn = 0;
  private readonly random = createRandom(1);
  private times = 0;
  private readonly latencies: number[] = [];
  private began = performance.now();
  private readonly count = { due: 0, sent: 0, acknowledged: 0, messages: 0 };
  /** Kept at first, without what was forgotten. */
  private keptToSend: number;
  private before = { due: 0, acknowledged: 0, messages: 0 };

  constructor(order: ProvinceOrder) {
    this.order = order;
    const kinds = new Set([...order.devices.map(({ kind }) => kind), "gas-meter"]);
    this.bodies = new Map([...kinds].map((kind) => [kind, bodiesOf(kind)]));
    this.riders = order.devices.map((device, index) => new Rider(this, device, index));
    this.parts = order.parts.map((_, part) => ({
      riders: this.riders.filter(({ device }) => device.part === part),
      turn: 0,
    }));
    this.gateways = this.riders.filter(({ device }) => device.meters);
    this.meters = this.gateways[0]?.device.meters?.length ?? 0;
    this.keptToSend = this.keptStill;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      this.tick((now - last) / 1000);
      last = now;
    }, TICK_MS);
    // Not all at once.
    setInterval(() => {
      for (const gateway of this.gateways) gateway.fill();
    }, COLLECT_MS);
  }

  noteSent(items: number, messages: number): void {
    this.count.sent += items;
    this.count.messages += messages;
  }

  noteAcknowledged(items: number, latencyMs: number): void {
    this.count.acknowledged += items;
    this.latencies.push(latencyMs);
  }

  /** @returns the seconds that it took */
  async connectAll(): Promise<number> {
    const began = performance.now();
    const { ports } = this.order;
    for (let from = 0; from < this.riders.length; from += LOGINS) {
      await Promise.all(
        this.riders.slice(from, from + LOGINS).map((rider, n) => {
          const index = from + n;
          const address = Math.floor(index / PER_ADDRESS / ports.length);
          return rider.connect(
            ports[index % ports.length]!,
            address === 0 ? undefined : `127.0.1.${address}`,
          );
        }),
      );
    }
    return (performance.now() - began) / 1000;
  }

  /** The network is back. */
  giveBack(): void {
    this.isBack = true;
    for (const rider of this.riders) rider.fill();
  }

  beat(times: number): void {
    this.times = times;
  }

  private get keptStill(): number {
    return this.riders.reduce((sum, { kept }) => sum + kept, 0);
  }

  forget(): void {
    this.keptToSend -= this.keptStill;
    for (const rider of this.riders) rider.kept = 0;
  }

  report(): ProvinceReport {
    const { latencies, count, before } = this;
    latencies.sort((a, b) => a - b);
    const seconds = (performance.now() - this.began) / 1000;
    const { keptStill } = this;
    const report = {
      seconds,
      due: count.due - before.due,
      acknowledged: count.acknowledged - before.acknowledged,
      messages: count.messages - before.messages,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      waiting: count.due + this.keptToSend - keptStill - count.acknowledged,
      keptStill,
      total: count.acknowledged,
    };
    this.before = { due: count.due, acknowledged: count.acknowledged, messages: count.messages };
    latencies.length = 0;
    this.began = performance.now();
    return report;
  }

  end(): void {
    for (const rider of this.riders) rider.end();
  }

  private tick(seconds: number): void {
    if (this.times === 0) return;
    const { parts, eventsPerSecond } = this.order;
    this.parts.forEach((part, index) => {
      const due = this.draw(parts[index]!.perSecond * seconds * this.times);
      this.count.due += due;
      for (let n = 0; n < due; n++) {
        if (index === 0) this.nextMeter();
        else part.riders[part.turn++ % part.riders.length]!.observe();
      }
    });
    const events = this.draw(eventsPerSecond * seconds * this.times);
    this.count.due += events;
    const speakers = this.parts[EVENT_PART]!.riders;
    for (let n = 0; n < events; n++) speakers[this.eventTurn++ % speakers.length]!.observeEvent();
  }

  /** One gateway after the other, so that each of them passes on few at a time. */
  private nextMeter(): void {
    const turn = this.meterTurn++;
    const gateway = this.gateways[turn % this.gateways.length]!;
    gateway.observeMeter(Math.floor(turn / this.gateways.length) % this.meters);
  }

  /** A number of arrivals that are independent of each other, as the devices' are (Poisson; a normal one for many). */
  private draw(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(this.random.normal(mean, Math.sqrt(mean))));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.random.next(); product > limit; product *= this.random.next()) count++;
    return count;
  }
}

/** Speakers have events; see RHYTHMS. */
const EVENT_PART = 3;

process.once("message", (order: ProvinceOrder) => {
  const load = new ProvinceLoad(order);
  const tell = (message: ProvinceMessage) => void process.send!(message);
  process.on("disconnect", () => process.exit(1));
  process.on("message", (command: ProvinceCommand) => {
    if (command.type === "rhythm") load.beat(command.times);
    else if (command.type === "forget") load.forget();
    else if (command.type === "return") load.giveBack();
    else if (command.type === "report") tell({ type: "report", report: load.report() });
    else if (command.type === "end") {
      load.end();
      process.exit(0);
    } else {
      load.connectAll().then(
        (seconds) => tell({ type: "connected", seconds }),
        (error) => {
          console.error(error);
          process.exit(1);
        },
      );
    }
  });
});
