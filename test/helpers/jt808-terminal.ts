import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { vi } from "vitest";
import { type Frame, frameAround, Jt808FrameReader } from "../../protocols/jt808/frame.ts";
import { type Jt808Message, readJt808 } from "../../protocols/jt808/message.ts";
import { portInLog } from "./port-in-log.ts";

/** The port of the door of JT/T 808, once the platform's log tells it. */
export const jt808Port = (log: () => string) => portInLog(log, "listens for terminals of JT/T 808");

/** A message as a terminal sends it, made here and not by the code that is tested. */
export interface Sent {
  readonly id: number;
  readonly phone: string;
  readonly serial: number;
  readonly body?: Buffer;
  readonly is2019?: boolean;
  readonly part?: readonly [total: number, index: number];
  /** Three bits of the header. */
  readonly encryption?: number;
}

export function terminalFrame({
  id,
  phone,
  serial,
  body = Buffer.alloc(0),
  is2019 = false,
  part,
  encryption = 0,
}: Sent): Buffer {
  const word = (value: number) => Buffer.of(value >> 8, value & 255);
  const attributes = body.length | (encryption << 10) | (is2019 ? 0x4000 : 0) | (part ? 0x2000 : 0);
  const digits = Buffer.from(phone.padStart(is2019 ? 20 : 12, "0"), "hex");
  const head = [word(id), word(attributes), ...(is2019 ? [Buffer.of(1)] : []), digits, word(serial)];
  return frameAround(Buffer.concat([...head, ...(part ? [word(part[0]), word(part[1])] : []), body]));
}

/** The body of a location. @param at epoch milliseconds */
export function locationBody(
  at: number,
  {
    alarm = 0,
    status = 3,
    speed = 123,
    longitude = 106_630_153,
    latitude = 26_647_661,
    extras = "",
  }: {
    alarm?: number;
    status?: number;
    speed?: number;
    longitude?: number;
    latitude?: number;
    extras?: string;
  } = {},
): Buffer {
  const clock = new Date(at + 8 * 3_600_000).toISOString().replaceAll(/\D/g, "").slice(2, 14);
  const body = Buffer.alloc(28);
  body.writeUInt32BE(alarm >>> 0, 0);
  body.writeUInt32BE(status, 4);
  body.writeUInt32BE(latitude, 8);
  body.writeUInt32BE(longitude, 12);
  body.writeUInt16BE(1071, 16);
  body.writeUInt16BE(speed, 18);
  body.writeUInt16BE(90, 20);
  body.write(clock, 22, "hex");
  return Buffer.concat([body, Buffer.from(extras, "hex")]);
}

/** The body of a batch. */
export function batchBody(bodies: readonly Buffer[], type = 0): Buffer {
  const word = (value: number) => Buffer.of(value >> 8, value & 255);
  return Buffer.concat([
    word(bodies.length),
    Buffer.of(type),
    ...bodies.flatMap((each) => [word(each.length), each]),
  ]);
}

/** The body of a registration of 2013. */
export function registrationBody(terminalId = "0000321", maker = "GZEB1"): Buffer {
  const field = (text: string, length: number) => Buffer.from(text.padEnd(length, "\0"), "latin1");
  return Buffer.concat([
    Buffer.of(0, 52, 0, 100),
    field(maker, 5),
    field("EB-GUARD-100", 20),
    field(terminalId, 7),
    Buffer.of(2),
    Buffer.from("b9f34131323334 35".replaceAll(" ", ""), "hex"),
  ]);
}

/** A terminal at the door of a platform: sends messages, and hears what comes back. */
export class Jt808Terminal {
  readonly heard: Jt808Message[] = [];
  readonly socket: Socket;
  readonly phone: string;
  readonly is2019: boolean;
  serial = 0;
  /** Takes what is heard instead of keeping it. */
  onMessage: ((message: Jt808Message) => void) | undefined;
  private readonly reader = new Jt808FrameReader();

  constructor(socket: Socket, phone: string, { is2019 = false }: { is2019?: boolean } = {}) {
    this.socket = socket;
    this.phone = phone;
    this.is2019 = is2019;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      for (const frame of this.reader.push(chunk)) {
        const message = heardIn(frame);
        if (this.onMessage) this.onMessage(message);
        else this.heard.push(message);
      }
    });
  }

  static async connect(
    port: number,
    phone: string,
    { localAddress, ...options }: { is2019?: boolean; localAddress?: string } = {},
  ): Promise<Jt808Terminal> {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    const terminal = new Jt808Terminal(socket, phone, options);
    await once(socket, "connect");
    return terminal;
  }

  /** @returns its serial */
  send(id: number, body?: Buffer, more: Partial<Sent> = {}): number {
    const { phone, is2019 } = this;
    const serial = more.serial ?? this.serial++;
    this.socket.write(terminalFrame({ id, phone, is2019, ...(body ? { body } : {}), ...more, serial }));
    return serial;
  }

  /** The answers to a serial, each with its result. */
  answers(serial: number): number[] {
    return this.heard
      .filter(({ id, body }) => id === 0x8001 && body.readUInt16BE(0) === serial)
      .map(({ body }) => body[4]!);
  }

  /** Waits for the answer to a message. @returns its result */
  async answered(serial: number): Promise<number> {
    return vi.waitFor(() => {
      const [result] = this.answers(serial);
      if (result === undefined) throw new Error(`message ${serial} was not answered`);
      return result;
    });
  }

  /** Registers. @returns the result, and the code where it is in */
  async register(body = registrationBody()): Promise<{ result: number; code: string }> {
    const serial = this.send(0x0100, body);
    return vi.waitFor(() => {
      const found = this.heard.find(({ id, body: told }) => id === 0x8100 && told.readUInt16BE(0) === serial);
      if (!found) throw new Error("the registration was not answered");
      return { result: found.body[2]!, code: found.body.toString("latin1", 3) };
    });
  }

  /** Logs in. @returns the result */
  async logIn(code: string): Promise<number> {
    const body = this.is2019
      ? Buffer.concat([
          Buffer.of(code.length),
          Buffer.from(code),
          Buffer.from("861234567890123"),
          Buffer.alloc(20, "V2"),
        ])
      : Buffer.from(code);
    return this.answered(this.send(0x0102, body));
  }

  async isEnded(): Promise<void> {
    await vi.waitFor(() => {
      if (!this.socket.destroyed && !this.socket.readableEnded)
        throw new Error("the connection is still there");
    });
  }
}

function heardIn({ content }: Frame): Jt808Message {
  const message = readJt808(content);
  if ("expected" in message) throw new Error("the platform has sent a message of a wrong length");
  return message;
}
