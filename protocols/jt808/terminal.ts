import type { DoorDevice, DoorRefusal, RawMessage } from "../../exchange/door.ts";
import type { PacedConnection } from "../tcp/paced-connection.ts";
import type { AlarmBits } from "./alarms.ts";
import { answerTo808, askAgain, type Outgoing, RESULT, serverTime } from "./answers.ts";
import { type Assembled, Assembly, type LostBody, type Part } from "./assembly.ts";
import { answerIn, readParameters, replyWith } from "./commands.ts";
import {
  alarmEvents,
  badJt808,
  type Content,
  contextOfJt808,
  holdsLocations,
  type Located,
  locationReadings,
  locationsOf,
} from "./decode.ts";
import { type Addressing, ID, type Jt808Message, nameOfId } from "./message.ts";
import type { TerminalDoorParts } from "./parts.ts";

/** A clock before this was never set. */
const FIRST_CLOCK_MS = Date.UTC(2015, 0);

/** Readings and events that one message may make. The longest one holds some 2,000 locations, and each has room for 27 alarms. */
const MOST_ITEMS = 5_000;

/** Messages whose outcome is told by another one than the common answer. */
const TOLD_APART: ReadonlySet<number> = new Set([ID.askForLocation, ID.askForParameters]);

export interface TerminalWays {
  readonly connection: PacedConnection;
  /** Sends a message to the terminal. @returns its serial */
  readonly send: (addressing: Addressing, outgoing: Outgoing) => number;
}

/** A terminal that has logged in: its messages go inside, and are answered once they are committed. */
export class Terminal<D extends DoorDevice> {
  readonly device: D;
  /** In canonical form. */
  readonly sim: string;
  /** As its last message had it: the answer has the header of the same edition. */
  addressing: Addressing;
  private readonly parts: TerminalDoorParts<D>;
  private readonly ways: TerminalWays;
  private readonly assembly: Assembly;

  constructor(
    {
      device,
      sim,
      addressing,
    }: { readonly device: D; readonly sim: string; readonly addressing: Addressing },
    parts: TerminalDoorParts<D>,
    ways: TerminalWays,
  ) {
    this.device = device;
    this.sim = sim;
    this.addressing = addressing;
    this.parts = parts;
    this.ways = ways;
    this.assembly = new Assembly(parts.budget, (lost) => this.recordLost(lost));
  }

  /** Takes any message but those by which it comes and goes. */
  take(message: Jt808Message, { raw }: Part["frame"], receivedAt: number): void {
    this.addressing = message;
    if (message.encryption !== 0) {
      const refusal = badJt808(`${nameOfId(message.id)}: encrypted`);
      return this.refuse(this.rawOf(message, raw, receivedAt), refusal, [message], RESULT.unsupported);
    }
    const isJoined = holdsLocations(message) || message.id === ID.parameters;
    if (!message.part || !isJoined)
      return this.takeWhole(message, this.rawOf(message, raw, receivedAt), [message]);
    const assembled = this.addPart({ message, frame: { raw } }, receivedAt);
    if (assembled === "refused") {
      const { index, total } = message.part;
      const refusal = badJt808(`${nameOfId(message.id)}: part ${index} of ${total} has no place`);
      return this.refuse(this.rawOf(message, raw, receivedAt), refusal, [message], RESULT.wrong);
    }
    if (assembled === undefined) return;
    const whole = this.rawOf(assembled.message, assembled.raw, receivedAt);
    this.takeWhole(assembled.message, whole, assembled.parts, assembled.wasAnswered);
  }

  private addPart(part: Part, receivedAt: number): Assembled | "refused" | undefined {
    this.parts.counts.parts++;
    const added = this.assembly.add(part, receivedAt);
    if (added === "answer") this.answer(part.message, RESULT.ok);
    return added === "answer" || added === "kept" ? undefined : added;
  }

  /** Sends a command. */
  order(commandId: string, order: Outgoing): void {
    const serial = this.ways.send(this.addressing, order);
    this.parts.orders.add(this.device.deviceNo, serial, { commandId, id: order.id }, this.parts.now());
  }

  answer(message: Jt808Message, result: number): void {
    this.parts.counts.answered++;
    this.ways.send(message, answerTo808(message, result));
  }

  /** Asks again for what is missing. */
  askForMissing(): void {
    if (this.assembly.isEmpty) return;
    for (const { message, firstSerial, indexes, waiting } of this.assembly.overdue(this.parts.now())) {
      this.ways.send(message, askAgain(firstSerial, indexes, message.is2019));
      for (const part of waiting) this.answer(part, RESULT.ok);
    }
  }

  /** It is gone: of unfinished messages goes on record what was answered, and all else comes again. */
  forget(): void {
    this.assembly.clear();
  }

  private recordLost({ message, raw, missing, total, cameAt }: LostBody): void {
    const told = `${missing.length === 1 ? "part" : "parts"} ${rangesOf(missing)} of ${total} did not come`;
    const refusal = badJt808(`${nameOfId(message.id)}: ${told}, and others were answered`);
    this.refuse(this.rawOf(message, raw, cameAt), refusal, [], RESULT.wrong);
  }

  private rawOf(message: Jt808Message, raw: Buffer, receivedAt: number): RawMessage<D> {
    const { device, parts } = this;
    return { door: parts.door, device, context: contextOfJt808(message), raw, receivedAt };
  }

  /**
   * @param answered the message, or the parts of it that are not answered yet
   * @param wasAnswered others of its parts were
   */
  private takeWhole(
    message: Jt808Message,
    raw: RawMessage<D>,
    answered: readonly Jt808Message[],
    wasAnswered = false,
  ): void {
    const { counts, now } = this.parts;
    switch (message.id) {
      case ID.heartbeat:
        counts.notice++;
        return this.answer(message, RESULT.ok);
      case ID.askForTime:
        counts.notice++;
        this.ways.send(message, serverTime(now()));
        return;
      case ID.askAgain:
        // Nothing that we send comes in parts.
        counts.ignored++;
        return;
      case ID.answer:
        return this.takeAnswer(message, raw);
      case ID.parameters:
        return this.takeParameters(message, raw, answered, wasAnswered);
      case ID.location:
      case ID.askedLocation:
      case ID.locations:
        return this.takeLocations(message, raw, answered);
      default: {
        const refusal = badJt808(`${nameOfId(message.id)} is no message that a terminal sends and we know`);
        return this.refuse(raw, refusal, answered, RESULT.unsupported);
      }
    }
  }

  private takeLocations(message: Jt808Message, raw: RawMessage<D>, answered: readonly Jt808Message[]): void {
    const located = locationsOf(message);
    if ("reason" in located) return this.refuse(raw, located, answered, RESULT.wrong);
    const events = this.eventsOf(located, raw.receivedAt);
    if (!events) {
      const made = `its ${located.length} locations make more than ${MOST_ITEMS} readings and events`;
      return this.refuse(raw, badJt808(`${nameOfId(message.id)}: ${made}`), answered, RESULT.wrong);
    }
    const contents: Content[] = [locationReadings(located)];
    if (events.length > 0)
      contents.push({ channel: "events", value: events.length === 1 ? events[0]! : events });
    const reply = message.id === ID.askedLocation ? this.replyTo(message.body.readUInt16BE(0)) : undefined;
    if (reply) contents.push({ channel: "replies", value: { ...reply, ...placeIn(located) } });
    this.handOn(raw, contents, answered);
  }

  /** The alarms that come up or go down, in the order in which they were observed; undefined for too many. */
  private eventsOf(located: readonly Located[], receivedAt: number): Record<string, unknown>[] | undefined {
    const { edges } = this.parts;
    const told = located.map((each) => ({ each, bits: alarmBitsOf(each) }));
    const momentOf = ({ bits }: (typeof told)[number]) => bits.observedAt ?? receivedAt;
    const inOrder = told.sort((a, b) => momentOf(a) - momentOf(b));
    const all = inOrder.map(({ bits }) => bits);
    const changes = edges.take(this.device.deviceNo, all, receivedAt, MOST_ITEMS - located.length);
    return changes?.flatMap((change, index) => alarmEvents(inOrder[index]!.each, change));
  }

  /** The common answer of a terminal to what it was told. It gets none itself. */
  private takeAnswer(message: Jt808Message, raw: RawMessage<D>): void {
    const { orders, counts, now } = this.parts;
    const told = answerIn(message.body);
    if (!told) return this.refuse(raw, badJt808("0x0001: too short for an answer"), [], RESULT.wrong);
    const { deviceNo } = this.device;
    const order = orders.find(deviceNo, told.serial, now());
    if (order?.id !== told.id) {
      counts.ignored++;
      return;
    }
    const isUnderWay = told.result === 0 && TOLD_APART.has(order.id);
    if (!isUnderWay) orders.end(deviceNo, told.serial);
    const reply = replyWith(order.commandId, told.result);
    const value = isUnderWay ? { ...reply, outcome: "accepted" } : reply;
    this.handOn(raw, [{ channel: "replies", value }], []);
  }

  private takeParameters(
    message: Jt808Message,
    raw: RawMessage<D>,
    answered: readonly Jt808Message[],
    wasAnswered: boolean,
  ): void {
    const told = readParameters(message.body);
    if (!told)
      return this.refuse(
        raw,
        badJt808("0x0104: its parameters are not as long as it says"),
        answered,
        RESULT.wrong,
      );
    const reply = this.replyTo(told.serial);
    if (!reply) {
      if (wasAnswered)
        return this.refuse(raw, badJt808("0x0104: nobody waits for it"), answered, RESULT.wrong);
      this.parts.counts.ignored++;
      return;
    }
    this.handOn(raw, [{ channel: "replies", value: { ...reply, told: told.parameters } }], answered);
  }

  /** @returns undefined where nobody waits for it (any more) */
  private replyTo(serial: number): Record<string, unknown> | undefined {
    const { orders, now } = this.parts;
    const order = orders.find(this.device.deviceNo, serial, now());
    if (!order || !TOLD_APART.has(order.id)) return undefined;
    orders.end(this.device.deviceNo, serial);
    return replyWith(order.commandId, 0);
  }

  /** The contents of one message: it is answered once all of them are committed. */
  private handOn(raw: RawMessage<D>, contents: readonly Content[], answered: readonly Jt808Message[]): void {
    const { parts, device, ways } = this;
    parts.counts.taken++;
    let left = contents.length;
    for (const content of contents) {
      const items = ways.connection.handOver(
        (settled) => parts.onMessage({ ...raw, ...content, repeated: undefined }, settled),
        () => {
          left--;
          if (left === 0) for (const message of answered) this.answer(message, RESULT.ok);
        },
      );
      parts.rates.spend(device.id, items);
    }
  }

  /** It is answered once it is on record, and not by a result that says that it was understood. */
  private refuse(
    raw: RawMessage<D>,
    refusal: DoorRefusal,
    answered: readonly Jt808Message[],
    result: number,
  ): void {
    this.parts.counts.refused++;
    this.ways.connection.handOver(
      (settled) => this.parts.onRefused(raw, refusal, settled),
      () => {
        for (const message of answered) this.answer(message, result);
      },
    );
  }
}

/** Where it is, for a reply to the question. */
function placeIn([first]: readonly Located[]): object {
  const { longitude, latitude } = first!.location;
  return { longitude, latitude };
}

function alarmBitsOf({ location, observedAt, isPast }: Located): AlarmBits {
  const at = observedAt === undefined ? Number.NaN : Date.parse(observedAt);
  return { alarm: location.alarm, observedAt: at >= FIRST_CLOCK_MS ? at : undefined, isPast };
}

/** `2, 5-9`. @param numbers in their order */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}
