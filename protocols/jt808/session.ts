import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import { untilThere } from "../../base/ask-again.ts";
import type { Admission } from "../../base/connection-limits.ts";
import { type Identity, identityOf } from "../../devices/identities.ts";
import type { DoorDevice, RawMessage } from "../../exchange/door.ts";
import { PacedConnection } from "../tcp/paced-connection.ts";
import type { ReachedDevices, ReachingSession } from "../tcp/reached-devices.ts";
import { answerTo808, type Outgoing, REGISTER_RESULT, RESULT, registered } from "./answers.ts";
import { badJt808, contextOfJt808, reportEvent } from "./decode.ts";
import { type Frame, Jt808FrameReader } from "./frame.ts";
import { type Addressing, ID, type Jt808Message, nameOfId, readJt808, writeJt808 } from "./message.ts";
import type { TerminalDoorParts } from "./parts.ts";
import { readLogin, readRegistration, whyUnread } from "./registration.ts";
import { Terminal } from "./terminal.ts";

/** The waits of a session, for tests. */
export interface TerminalTimes {
  readonly strangerMs?: number;
  readonly idleMs?: number;
  readonly askMs?: number;
}

/** A connection on which no terminal has logged in after this is ended. Milliseconds. */
const STRANGER_MS = 60_000;

/** Silence after which a connection is ended. Terminals send heartbeats every few minutes. Milliseconds. */
const IDLE_MS = 30 * 60_000;

/** How often it is looked at whether a part is missing. Milliseconds. */
const ASK_MS = 2_500;

/** Wrong codes, and messages before a login, after which a connection is ended. */
const MOST_WRONG = 5;
const MOST_BEFORE_LOGIN = 100;

/** Frames in turn that are no messages though their check is right, after which a connection is ended. */
const MOST_BROKEN = 100;

/** One connection of one terminal. Before it has logged in, it can do nothing but register and log in. */
export class TerminalSession<D extends DoorDevice> implements ReachingSession {
  private readonly connection: PacedConnection;
  private readonly parts: TerminalDoorParts<D>;
  private readonly present: ReachedDevices<D, TerminalSession<D>>;
  private readonly reader = new Jt808FrameReader();
  private readonly askTimer: NodeJS.Timeout;
  private terminal: Terminal<D> | undefined;
  private serial = randomInt(0x10000);
  private brokenBefore = 0;
  private brokenInTurn = 0;
  private wrong = 0;
  private beforeLogin = 0;

  constructor(
    socket: Socket,
    admission: Admission,
    parts: TerminalDoorParts<D>,
    present: ReachedDevices<D, TerminalSession<D>>,
    { strangerMs = STRANGER_MS, idleMs = IDLE_MS, askMs = ASK_MS }: TerminalTimes = {},
  ) {
    this.parts = parts;
    this.present = present;
    const { logSome } = parts;
    const take = (chunk: Buffer) => this.takeChunk(chunk);
    this.connection = new PacedConnection(socket, admission, { take, logSome, strangerMs, idleMs });
    this.askTimer = setInterval(() => this.terminal?.askForMissing(), askMs);
    this.askTimer.unref();
    socket.once("close", () => {
      clearInterval(this.askTimer);
      this.logOut();
    });
  }

  get address(): string | undefined {
    return this.connection.address;
  }

  get unsentBytes(): number {
    return this.connection.unsentBytes;
  }

  /** True where the terminal that is here is of 2019; undefined where none is. */
  get is2019(): boolean | undefined {
    return this.terminal?.addressing.is2019;
  }

  /** Sends a command. @returns false where the device is not here */
  order({ deviceNo }: Pick<DoorDevice, "deviceNo">, commandId: string, order: Outgoing): boolean {
    if (this.terminal?.device.deviceNo !== deviceNo || this.connection.isClosing) return false;
    this.terminal.order(commandId, order);
    return true;
  }

  /** Another connection has the device, or it may not come any more. */
  leave(deviceNo: number, sim?: string): boolean {
    const { terminal } = this;
    if (terminal?.device.deviceNo !== deviceNo) return false;
    if (sim !== undefined && terminal.sim !== sim) return true;
    terminal.forget();
    this.terminal = undefined;
    this.connection.end();
    return false;
  }

  quiesce(): void {
    this.connection.quiesce();
    // The inside commits what it has by then, and nothing that comes later.
    this.terminal?.forget();
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
    if (this.reader.isHopeless) this.connection.cut("a connection that brings no messages was ended");
  }

  private countBroken(): void {
    const { short, long, check } = this.reader.dropped;
    const broken = short + long + check;
    this.parts.counts.broken += broken - this.brokenBefore;
    this.brokenBefore = broken;
  }

  private async takeFrame(frame: Frame): Promise<void> {
    const message = readJt808(frame.content);
    if ("expected" in message) return this.takeBroken();
    this.brokenInTurn = 0;
    const receivedAt = this.parts.now();
    const identity = identityOf("sim", message.phone);
    const { terminal } = this;
    if (!terminal || identity?.value !== terminal.sim)
      return this.takeStranger(message, frame, identity, receivedAt);
    if (!(await this.waitForTurn(terminal))) return;
    if (message.encryption !== 0) return terminal.take(message, frame, receivedAt);
    const { device } = terminal;
    switch (message.id) {
      case ID.register:
        return this.register(device, message, this.rawOf(message, frame, device, receivedAt));
      case ID.authenticate:
        return this.logIn(device, message, this.rawOf(message, frame, device, receivedAt), identity);
      case ID.logout:
        this.parts.counts.notice++;
        terminal.answer(message, RESULT.ok);
        return this.logOut();
      default:
        terminal.take(message, frame, receivedAt);
    }
  }

  /** A frame whose check is right, and which is no message all the same: it costs as much as one. */
  private async takeBroken(): Promise<void> {
    const { counts, strangers } = this.parts;
    const { terminal } = this;
    counts.broken++;
    this.brokenInTurn++;
    if (!terminal) this.beforeLogin++;
    const isTooMany = this.brokenInTurn > MOST_BROKEN || this.beforeLogin > MOST_BEFORE_LOGIN;
    if (isTooMany || (!terminal && !strangers.mayCome(this.address)))
      return this.connection.cut("a connection that brings too many frames which are no messages was ended");
    if (terminal) await this.waitForTurn(terminal);
  }

  /** @returns false where the terminal is here no more: what it said gets no answer, and comes again */
  private async waitForTurn(terminal: Terminal<D>): Promise<boolean> {
    const { rates } = this.parts;
    const { device } = terminal;
    for (let waitMs = rates.waitOf(device.id); waitMs > 0; waitMs = rates.waitOf(device.id)) {
      await this.connection.pause(waitMs);
      if (this.terminal !== terminal) return false;
    }
    await this.connection.waitForRoom();
    if (this.connection.isClosing || this.terminal !== terminal) return false;
    // Its number may have been given to another device, or taken away.
    if (this.parts.find({ scheme: "sim", value: terminal.sim })?.deviceNo === device.deviceNo) {
      this.present.claim(this, device);
      return true;
    }
    this.logOut();
    this.connection.end();
    return false;
  }

  /** A message before a login, or with another phone number than the one that has logged in. */
  private async takeStranger(
    message: Jt808Message,
    frame: Frame,
    identity: Identity | undefined,
    receivedAt: number,
  ): Promise<void> {
    const { strangers, counts } = this.parts;
    const known = identity && this.parts.find(identity);
    this.beforeLogin++;
    if ((!known && !strangers.mayCome(this.address)) || this.beforeLogin > MOST_BEFORE_LOGIN) {
      counts.stranger++;
      return this.connection.cut("a connection that brings too many messages of strangers was ended");
    }
    const device = known ?? (identity && (await this.lookUp(identity)));
    if (this.connection.isClosing) return;
    const raw = this.rawOf(message, frame, device, receivedAt);
    if (!device || !identity) return this.recordUnknown(message, raw, identity);
    if (message.id === ID.register) return this.register(device, message, raw);
    if (message.id === ID.authenticate) return this.logIn(device, message, raw, identity);
    // Nobody knows yet who it is: nothing of it is kept, and it is told so.
    counts.stranger++;
    this.send(message, answerTo808(message, RESULT.failed));
  }

  private rawOf(
    message: Jt808Message,
    { raw }: Frame,
    device: D | undefined,
    receivedAt: number,
  ): RawMessage<D> {
    return { door: this.parts.door, device, context: contextOfJt808(message), raw, receivedAt };
  }

  /** @returns undefined for a terminal that nobody has registered, as far as that can be known now */
  private async lookUp(identity: Identity): Promise<D | undefined> {
    const { parts, connection } = this;
    const bytes = connection.heldBytes;
    // It gets no answer, so it comes again; and what is noted of it is taken in if it is registered after all.
    if (!parts.strangers.mayHold(bytes)) return undefined;
    try {
      return await this.untilThere(async () => parts.find(identity) ?? (await parts.lookUp(identity)));
    } finally {
      parts.strangers.letGo(bytes);
    }
  }

  /** Asks the database, again and again while it is away. */
  private untilThere<T>(ask: () => Promise<T>): Promise<T> {
    const { isAway, log } = this.parts;
    return untilThere(ask, { isAway, log, pause: (ms) => this.connection.pause(ms) });
  }

  /**
   * A phone number that no device has: on record with its newest messages. Its registration is refused, so that the terminal
   * tries again later; nothing else is answered.
   */
  private recordUnknown(message: Jt808Message, raw: RawMessage<D>, identity: Identity | undefined): void {
    const { parts, address } = this;
    parts.counts.stranger++;
    if (identity) parts.onUnknown({ ...raw, identity, address });
    else if (parts.strangers.mayRecordNameless(address)) {
      const refusal = badJt808(`phone '${message.phone}': expected digits, not all of them zeros`);
      this.connection.handOver((settled) => parts.onRefused(raw, refusal, settled));
    }
    if (message.id === ID.register) this.send(message, registered(message, REGISTER_RESULT.unknown));
  }

  private async register(device: D, message: Jt808Message, raw: RawMessage<D>): Promise<void> {
    const { parts, address } = this;
    const why = whyUnread(message);
    if (why) return this.refuseUnread(message, raw, why, answerTo808(message, RESULT.unsupported));
    const registration = readRegistration(message.body, message.is2019);
    if (!registration) {
      const detail = `${nameOfId(message.id)}: ${message.body.length} bytes are too few for a registration`;
      return this.refuseUnread(message, raw, detail, registered(message, REGISTER_RESULT.unknown));
    }
    const code = await this.untilThere(() => parts.logins.register(device, registration, address));
    if (this.connection.isClosing) return;
    if (code === undefined || code === "other") {
      parts.counts.denied++;
      const fields = { deviceId: device.id, address };
      parts.logSome(
        "info",
        fields,
        "a terminal was refused: another one has the device, until its token is changed",
      );
      if (code) this.send(message, registered(message, REGISTER_RESULT.otherTerminal));
      return;
    }
    parts.counts.taken++;
    const report = reportEvent(message.id, registration);
    const items = this.connection.handOver(
      (settled) => parts.onMessage({ ...raw, ...report, repeated: undefined }, settled),
      () => this.send(message, registered(message, REGISTER_RESULT.ok, code)),
    );
    parts.rates.spend(device.id, items);
  }

  /** Whoever sends it may be anybody: beyond the rate of such records it is only answered. */
  private refuseUnread(message: Jt808Message, raw: RawMessage<D>, detail: string, outgoing: Outgoing): void {
    const { parts, connection, address } = this;
    const answer = () => void this.send(message, outgoing);
    parts.counts.denied++;
    if (!parts.strangers.mayRecordNameless(address)) return answer();
    connection.handOver((settled) => parts.onRefused(raw, badJt808(detail), settled), answer);
  }

  private async logIn(
    device: D,
    message: Jt808Message,
    raw: RawMessage<D>,
    identity: Identity,
  ): Promise<void> {
    const { parts, connection } = this;
    const why = whyUnread(message);
    if (why) return this.refuseUnread(message, raw, why, answerTo808(message, RESULT.unsupported));
    const { code } = readLogin(message.body, message.is2019);
    const mayCome = await this.untilThere(() => parts.logins.mayCome(device, code));
    if (connection.isClosing) return;
    if (!mayCome) {
      parts.counts.denied++;
      this.wrong++;
      this.send(message, answerTo808(message, RESULT.failed));
      if (this.wrong >= MOST_WRONG) connection.end();
      return;
    }
    parts.counts.notice++;
    this.beforeLogin = 0;
    if (this.terminal?.device !== device || this.terminal.sim !== identity.value) {
      this.logOut();
      const send = (addressing: Addressing, outgoing: Outgoing) => this.send(addressing, outgoing);
      const who = { device, sim: identity.value, addressing: message };
      this.terminal = new Terminal(who, parts, { connection, send });
      parts.edges.begin(device.deviceNo);
    }
    connection.isKnown();
    this.present.claim(this, device);
    this.terminal.answer(message, RESULT.ok);
  }

  /** Nobody is logged in here any more. */
  private logOut(): void {
    const { terminal } = this;
    if (!terminal) return;
    this.terminal = undefined;
    terminal.forget();
    this.connection.isStranger();
    this.present.release(this, terminal.device);
  }

  private send(addressing: Addressing, { id, body }: Outgoing): number {
    const { serial } = this;
    this.serial = (serial + 1) & 0xffff;
    this.connection.write(writeJt808(addressing, id, serial, body));
    return serial;
  }
}
