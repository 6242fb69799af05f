import { type Addressed, Publisher } from "../load/publisher.ts";
import type { ProvinceDevice, ProvinceOrder } from "./messages.ts";

/** What riders share: a count of everything, and the quantities that they send. */
export interface Ride {
  readonly order: ProvinceOrder;
  readonly bodies: ReadonlyMap<string, readonly string[]>;
  /** When the network came back: what was kept is older. */
  readonly from: number;
  /** True once devices may hand over what they have kept. */
  readonly isBack: boolean;
  noteSent(items: number, messages: number): void;
  noteAcknowledged(items: number, latencyMs: number): void;
}

/** Messages that a device may have under way. */
const WINDOW = 4;
/** Readings in a message of a device that comes back, and of a gateway. */
const KEPT_IN_MESSAGE = 60;
const METERS_IN_MESSAGE = 100;
const HALF_AN_HOUR_MS = 1_800_000;
/** Ids of messages under way; Publisher takes them from as many. */
const IDS = 2 * WINDOW + 17;

/** A device with a connection of its own; a gateway speaks for its meters too. */
export class Rider {
  readonly device: ProvinceDevice;
  private readonly ride: Ride;
  private publisher: Publisher | undefined;
  private readonly sizes = new Uint16Array(IDS);
  private nextSize = 0;
  private last = 0;
  private ownDue = 0;
  private eventsDue = 0;
  private metersDue: number[] = [];
  /** Readings of the time without network that are left, of the device itself or one of each meter. */
  kept: number;
  private turn: number;
  private keptIsNext = false;
  private ended = false;

  constructor(ride: Ride, device: ProvinceDevice, index: number) {
    this.ride = ride;
    this.device = device;
    this.turn = index;
    const part = ride.order.parts[device.part]!;
    // A meter has one at most: in an hour, it reports once.
    this.kept = device.meters && ride.order.parts[0]!.kept > 0 ? device.meters.length : part.kept;
  }

  async connect(port: number, localAddress: string | undefined): Promise<void> {
    const { id, token, meters } = this.device;
    this.publisher = await Publisher.connect({
      host: this.ride.order.host,
      port,
      localAddress,
      username: id,
      password: token,
      topic: meters ? `v1/gateways/${id}/telemetry` : `v1/devices/${id}/telemetry`,
      qos: 1,
      window: WINDOW,
      next: () => this.next(),
      sent: (packetId) => {
        this.sizes[packetId] = this.nextSize;
        this.ride.noteSent(this.nextSize, 1);
      },
      acknowledged: (latencyMs, packetId) => this.ride.noteAcknowledged(this.sizes[packetId]!, latencyMs),
      closed: (error) => {
        if (!this.ended)
          throw new Error(`the connection of ${id} was closed: ${error?.message ?? "no error"}`);
      },
    });
    this.fill();
  }

  end(): void {
    this.ended = true;
    this.publisher?.destroy();
  }

  observe(): void {
    this.ownDue++;
    this.fill();
  }

  observeEvent(): void {
    this.eventsDue++;
    this.fill();
  }

  /** A gateway collects for a moment what its meters say. */
  observeMeter(meter: number): void {
    this.metersDue.push(meter);
  }

  fill(): void {
    this.publisher?.fill();
  }

  /** What is new and what was kept come in turn, so that neither waits for all of the other. */
  private next(): string | Addressed | undefined {
    this.keptIsNext = !this.keptIsNext && this.kept > 0 && this.ride.isBack;
    if (this.keptIsNext) return this.nextKept();
    return this.nextNew() ?? (this.kept > 0 && this.ride.isBack ? this.nextKept() : undefined);
  }

  private nextNew(): string | Addressed | undefined {
    const { id, meters } = this.device;
    if (this.eventsDue > 0) {
      this.eventsDue--;
      this.nextSize = 1;
      const at = this.moment();
      return {
        topic: `v1/devices/${id}/events`,
        payload: `{"eventId":"${id}-${at}","observedAt":${at},"type":"play_started","programme":"daily"}`,
      };
    }
    if (this.ownDue > 0) {
      this.ownDue--;
      this.nextSize = 1;
      const payload = this.reading(this.device.kind, this.moment());
      return meters ? { topic: `v1/devices/${id}/telemetry`, payload } : payload;
    }
    return meters && this.metersDue.length > 0 ? this.nextOfMeters(meters) : undefined;
  }

  /** As many as follow each other without one that comes twice: they come in turn, so that ends a whole turn. */
  private nextOfMeters(meters: readonly string[]): string {
    const most = Math.min(METERS_IN_MESSAGE, meters.length);
    const ids = this.metersDue.splice(0, most).map((number) => meters[number]!);
    return this.ofMeters(ids, this.moment());
  }

  private nextKept(): string {
    const { meters } = this.device;
    if (!meters) return this.nextOwnKept();
    const ids = meters.slice(Math.max(0, this.kept - METERS_IN_MESSAGE), this.kept);
    this.kept -= ids.length;
    return this.ofMeters(ids, this.ride.from - HALF_AN_HOUR_MS);
  }

  private ofMeters(ids: readonly string[], at: number): string {
    this.nextSize = ids.length;
    return `{${ids.map((id) => `"${id}":${this.reading("gas-meter", at)}`).join(",")}}`;
  }

  private nextOwnKept(): string {
    const count = Math.min(KEPT_IN_MESSAGE, this.kept);
    const { stepMs } = this.ride.order.parts[this.device.part]!;
    const readings = Array.from({ length: count }, (_, n) =>
      this.reading(this.device.kind, this.ride.from - (this.kept - n) * stepMs),
    );
    this.kept -= count;
    this.nextSize = count;
    return `[${readings.join(",")}]`;
  }

  private reading(kind: string, at: number): string {
    const bodies = this.ride.bodies.get(kind)!;
    this.turn = (this.turn + 1) % bodies.length;
    return `{"observedAt":${at},${bodies[this.turn]!}}`;
  }

  /** Now, and never the same twice. */
  private moment(): number {
    this.last = Math.max(this.last + 1, Date.now());
    return this.last;
  }
}
