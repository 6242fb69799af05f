import type { Socket } from "node:net";
import { untilThere } from "../../base/ask-again.ts";
import type { Admission } from "../../base/connection-limits.ts";
import type { Logger } from "../../base/log.ts";
import { identityOf } from "../../devices/identities.ts";
import type { DoorDevice, DoorEvents, DoorRefusal, RawMessage } from "../../exchange/door.ts";
import { PacedConnection, type PacedConnectionOptions } from "../tcp/paced-connection.ts";
import type { Strangers } from "../tcp/strangers.ts";
import { type Addressee, answerTo, requestTo } from "./answers.ts";
import { clockRequest, type Request } from "./commands.ts";
import { badFrame, contextOf, refusalOf, withContent } from "./decode.ts";
import { PacketReader } from "./frame.ts";
import { type Hj212Message, type MessageFault, readMessage } from "./message.ts";
import type { OpenRequests } from "./requests.ts";

/** What a session needs of its door, which knows all of them. */
export interface SessionInside<D extends DoorDevice>
  extends Pick<DoorEvents<D>, "onMessage" | "onRefused" | "onUnknown">,
    Pick<PacedConnectionOptions, "logSome"> {
  /** The name of the door. */
  readonly door: string;
  /** The living device that a station's MN stands for, from memory. */
  readonly findStation: (mn: string) => D | undefined;
  /** Asks the database for one that is not in memory. Rejects while the database is away. */
  readonly lookUpStation: (mn: string) => Promise<D | undefined>;
  readonly isAway: (error: unknown) => boolean;
  /** What stations that nobody has registered may still cost. */
  readonly strangers: Strangers;
  /**
   * How long a device has to wait before it asks again for its turn, in milliseconds; 0: it has it, which takes a message
   * from its rate. Nothing is taken from who waits, and may end before.
   */
  readonly waitOf: (id: string) => number;
  /** Takes so many items from a device's rate. */
  readonly spend: (id: string, items: number) => void;
  /** The device has spoken on this session, and is reached by it from now on. */
  readonly claim: (session: StationSession<D>, device: D) => void;
  /** The device is not reached by this session any more. */
  readonly release: (session: StationSession<D>, device: D) => void;
  readonly requests: OpenRequests;
  readonly counts: SessionCounts;
  readonly log: Logger;
  readonly now: () => number;
}

/** The numbers of packets, by what became of them, and of answers. */
export type SessionCounts = Record<
  "taken" | "broken" | "refused" | "stranger" | "notice" | "ignored" | "answered",
  number
>;

/** Stations that may share a connection: a gateway's. */
const MOST_STATIONS = 1000;

/** A connection on which no registered station has spoken after this is ended. Milliseconds. */
const STRANGER_MS = 60_000;

/** Silence after which a connection is ended: the longest real-time interval of the standard, and five minutes. */
const IDLE_MS = 65 * 60_000;

/** The pause of a connection for each packet of a stranger that is one too many, in milliseconds. */
const STRANGER_PAUSE_MS = 50;

/** The waits of a session, for tests. */
export interface SessionTimes {
  readonly strangerMs?: number;
  readonly idleMs?: number;
}

interface Station<D> {
  device: D;
  /** Its last words: how it wants to be addressed. */
  addressee: Addressee;
}

/** One connection, of a station or of a gateway with several. It reads as fast as its packets are settled. */
export class StationSession<D extends DoorDevice> {
  private readonly connection: PacedConnection;
  private readonly inside: SessionInside<D>;
  private readonly reader = new PacketReader();
  /** By MN. */
  private readonly stations = new Map<string, Station<D>>();
  private brokenBefore = 0;

  constructor(
    socket: Socket,
    admission: Admission,
    inside: SessionInside<D>,
    { strangerMs = STRANGER_MS, idleMs = IDLE_MS }: SessionTimes = {},
  ) {
    this.inside = inside;
    const { logSome } = inside;
    const take = (chunk: Buffer) => this.takeChunk(chunk);
    this.connection = new PacedConnection(socket, admission, { take, logSome, strangerMs, idleMs });
  }

  /** The devices whose stations have spoken here. */
  *devices(): Iterable<D> {
    for (const { device } of this.stations.values()) yield device;
  }

  get address(): string | undefined {
    return this.connection.address;
  }

  get unsentBytes(): number {
    return this.connection.unsentBytes;
  }

  /** Sends a request to a device's station. @returns false where it has none here */
  request(device: Pick<DoorDevice, "deviceNo">, commandId: string | undefined, request: Request): boolean {
    for (const station of this.stations.values()) {
      if (station.device.deviceNo !== device.deviceNo) continue;
      this.send(station, commandId, request);
      return true;
    }
    return false;
  }

  /**
   * A device is not reached here any more, or not by one of its MNs. A connection that has no other station is ended.
   * @param mnValue in its canonical form; undefined: all that it has
   * @returns whether the device is still here, by another MN
   */
  leave(deviceNo: number, mnValue?: string): boolean {
    let isHere = false;
    for (const [mn, { device }] of this.stations) {
      if (device.deviceNo !== deviceNo) continue;
      if (mnValue === undefined || identityOf("mn", mn)?.value === mnValue) this.stations.delete(mn);
      else isHere = true;
    }
    if (this.stations.size === 0) this.end();
    return isHere;
  }

  quiesce(): void {
    this.connection.quiesce();
  }

  end(): void {
    this.connection.end();
  }

  private async takeChunk(chunk: Buffer): Promise<void> {
    const frames = this.reader.push(chunk);
    this.countBroken();
    for (const frame of frames) {
      await this.takeFrame(frame);
      if (this.connection.isClosing) return;
    }
    if (this.reader.isHopeless) this.connection.cut("a connection that brings no packets was ended");
  }

  private countBroken(): void {
    const { length, short, crc } = this.reader.dropped;
    const broken = length + short + crc;
    if (broken > this.brokenBefore)
      this.inside.log.debug({ address: this.address, ...this.reader.dropped }, "broken packets were dropped");
    this.inside.counts.broken += broken - this.brokenBefore;
    this.brokenBefore = broken;
  }

  private async takeFrame(frame: Buffer): Promise<void> {
    const { inside } = this;
    const read = readMessage(frame);
    const receivedAt = inside.now();
    const found = read.mn === undefined ? undefined : inside.findStation(read.mn);
    // Who names a station and says nothing that it would say may be a stranger as well, and waits for no turn of its.
    const isStrange = !found || ("part" in read && !this.stations.has(read.mn!));
    if (isStrange && !(await this.mayCome())) return;
    const device = found ?? (await this.lookUp(read.mn));
    if (this.connection.isEnded) return;
    const context = contextOf(read.mn, read.cn);
    // The bytes of a chunk are not held for as long as a rejection may wait.
    const raw = { door: inside.door, device, context, raw: Buffer.from(frame), receivedAt };
    if (!device) return this.recordStranger(raw, read);
    // A station is known before it waits: its connection is no stranger's, and no other one waits beside it.
    const station = "part" in read ? undefined : this.stationOf(read, device);
    if (!station && !("part" in read)) return;
    if ((station || !isStrange) && !(await this.waitForTurn(read.mn!, device))) return;
    await this.connection.waitForRoom();
    if (this.connection.isClosing) return;
    // Its MN may have been given away, or taken from it, while it waited.
    if (inside.findStation(read.mn!)?.deviceNo !== device.deviceNo)
      return this.recordStranger({ ...raw, device: undefined }, read);
    if ("part" in read) return this.refuse(raw, refusalOf(read), () => {});
    this.take(raw, read, station!);
  }

  /** A stranger's packet has its cost. One too many is not looked at; a connection that brings no others is ended. */
  private async mayCome(): Promise<boolean> {
    const { strangers, counts } = this.inside;
    if (strangers.mayCome(this.address)) return true;
    counts.stranger++;
    if (this.stations.size === 0)
      this.connection.cut("a connection that brings too many packets of strangers was ended");
    else await this.connection.pause(STRANGER_PAUSE_MS);
    return false;
  }

  /** @returns undefined for a station that nobody has registered, as far as that can be known now */
  private async lookUp(mn: string | undefined): Promise<D | undefined> {
    if (mn === undefined) return undefined;
    const { inside } = this;
    const bytes = this.connection.heldBytes;
    // It gets no answer, so it sends again; and what is noted of it is taken in if it is registered after all.
    if (!inside.strangers.mayHold(bytes)) return undefined;
    try {
      const { isAway, log } = inside;
      const ask = async () => inside.findStation(mn) ?? (await inside.lookUpStation(mn));
      // The pause rejects when the connection has ended, and nothing is left to be done.
      return await untilThere(ask, { isAway, log, pause: (ms) => this.connection.pause(ms) });
    } finally {
      inside.strangers.letGo(bytes);
    }
  }

  /**
   * A station that is not registered gets no answer: it keeps its data and sends them again. It is on record as unknown
   * with its newest packets, which are taken in once it is registered.
   */
  private recordStranger(raw: RawMessage<D>, read: Hj212Message | MessageFault): void {
    const { inside, address } = this;
    inside.counts.stranger++;
    const identity = read.mn === undefined ? undefined : identityOf("mn", read.mn);
    if (identity) return inside.onUnknown({ ...raw, identity, address });
    if (!inside.strangers.mayRecordNameless(address)) return;
    const refusal = "part" in read ? refusalOf(read) : badFrame(`MN: '${read.mn}' is none`);
    this.connection.handOver((settled) => inside.onRefused(raw, refusal, settled));
  }

  /** @returns false where it speaks on another connection by now: what it said here gets no answer, and comes again */
  private async waitForTurn(mn: string, { id, deviceNo }: D): Promise<boolean> {
    for (;;) {
      if (this.stations.get(mn)?.device.deviceNo !== deviceNo) return false;
      const waitMs = this.inside.waitOf(id);
      if (waitMs === 0) return true;
      await this.connection.pause(waitMs);
    }
  }

  /** @returns undefined where too many stations speak here already */
  private stationOf(message: Hj212Message, device: D): Station<D> | undefined {
    const { mn, st } = message;
    const known = this.stations.get(mn);
    // Answers say that they are interactions, and not of which sort their station is.
    const addressee = st === "91" ? { ...message, st: known?.addressee.st ?? "32" } : message;
    if (!known && this.stations.size >= MOST_STATIONS) {
      this.inside.counts.ignored++;
      return undefined;
    }
    // The MN has been given to another device.
    if (known && known.device.deviceNo !== device.deviceNo) this.inside.release(this, known.device);
    const { pw, flag } = message;
    const station = known ?? { device, addressee };
    station.device = device;
    station.addressee = { st: addressee.st, mn, pw, flag };
    this.stations.set(mn, station);
    this.connection.isKnown();
    this.inside.claim(this, device);
    return station;
  }

  private take(raw: RawMessage<D>, message: Hj212Message, station: Station<D>): void {
    const { counts } = this.inside;
    switch (message.cn) {
      case "9015":
        counts.notice++;
        return this.answer(message);
      case "1013":
        counts.notice++;
        this.answer(message);
        return this.send(station, undefined, clockRequest(this.inside.now()));
      case "9013":
      case "9014":
        counts.ignored++;
        return;
      case "9011":
      case "9012":
        return this.takeReply(raw, message, station.device);
      default:
        return this.takeContent(raw, message, station.device);
    }
  }

  private takeContent(raw: RawMessage<D>, message: Hj212Message, device: D): void {
    const { inside } = this;
    const content = withContent(raw, message);
    if ("reason" in content) return this.refuse(raw, content, () => this.answer(message));
    inside.counts.taken++;
    const items = this.connection.handOver(
      (settled) => inside.onMessage(content, settled),
      () => this.answer(message),
    );
    inside.spend(device.id, items);
  }

  /** Answers to requests that we have made by ourselves are nobody's. */
  private takeReply(raw: RawMessage<D>, message: Hj212Message, device: D): void {
    const { requests, now, counts } = this.inside;
    const { qn, cn } = message;
    const request = qn === undefined ? undefined : requests.find(device.deviceNo, qn, now());
    if (request && cn === "9012") requests.end(device.deviceNo, qn!);
    if (request && request.commandId === undefined) {
      counts.ignored++;
      return;
    }
    const content = withContent(raw, message);
    if ("reason" in content) return this.refuse(raw, content, () => {});
    counts.taken++;
    const value = request ? { ...(content.value as object), commandId: request.commandId } : content.value;
    this.connection.handOver((settled) => this.inside.onMessage({ ...content, value }, settled));
  }

  private refuse(raw: RawMessage<D>, refusal: DoorRefusal, then: () => void): void {
    this.inside.counts.refused++;
    this.connection.handOver((settled) => this.inside.onRefused(raw, refusal, settled), then);
  }

  private answer(message: Hj212Message): void {
    const answer = answerTo(message);
    if (!answer) return;
    this.inside.counts.answered++;
    this.connection.write(answer);
  }

  private send(
    { device, addressee }: Station<D>,
    commandId: string | undefined,
    { cn, content }: Request,
  ): void {
    const qn = this.inside.requests.add(device.deviceNo, commandId, this.inside.now());
    this.connection.write(requestTo(addressee, qn, cn, content));
  }
}
