import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { frame } from "../../../store/embedded/frames.ts";

/** A backend message as the tests see it. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** A client that speaks the protocol byte by byte, to send what `pg` never would. */
export class RawClient {
  readonly socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Opens a socket to the database behind a connection string, without starting the protocol. */
  static async open(url: string): Promise<RawClient> {
    const folder = decodeURIComponent(new URL(url).hostname);
    const socket = connect(`${folder}/.s.PGSQL.5432`);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  static async start(url: string, parameters: Record<string, string> = {}): Promise<RawClient> {
    const client = await RawClient.open(url);
    client.socket.write(startup({ user: "postgres", database: "template1", ...parameters }));
    await client.untilReady();
    return client;
  }

  /** The next message; undefined when the other side has closed. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const length = this.#bytes.length >= 5 ? 1 + this.#bytes.readInt32BE(1) : Number.POSITIVE_INFINITY;
      if (this.#bytes.length >= length) {
        const message = {
          type: String.fromCharCode(this.#bytes[0]!),
          body: Buffer.from(this.#bytes.subarray(5, length)),
        };
        this.#bytes = this.#bytes.subarray(length);
        return message;
      }
      if (this.#ended) return undefined;
      await this.#more();
    }
  }

  /** Everything up to and including ReadyForQuery, or up to the end of the connection. */
  async untilReady(): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const message = await this.next();
      if (!message) return messages;
      messages.push(message);
      if (message.type === "Z") return messages;
    }
  }

  /** One raw byte: the answer to an encryption request has no frame. */
  async byte(): Promise<string> {
    while (this.#bytes.length === 0 && !this.#ended) await this.#more();
    const byte = String.fromCharCode(this.#bytes[0]!);
    this.#bytes = this.#bytes.subarray(1);
    return byte;
  }

  send(...messages: Buffer[]): void {
    this.socket.write(Buffer.concat(messages));
  }

  close(): void {
    this.socket.destroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

export function startup(parameters: Record<string, string>, code = 196_608): Buffer {
  const pairs = Object.entries(parameters).flat();
  // A startup packet is a message without its type byte.
  return frame("x", code, ...pairs, Buffer.from([0])).subarray(1);
}

export const query = (sql: string) => frame("Q", sql);
export const parse = (name: string, sql: string) => frame("P", name, sql, Buffer.alloc(2));
export const bind = (statement: string, portal = "") => frame("B", portal, statement, Buffer.alloc(6));
export const execute = (rows = 0, portal = "") => frame("E", portal, rows);
export const closeStatement = (name: string) => frame("C", Buffer.from("S"), name);
export const sync = () => frame("S");
export const flush = () => frame("H");

/** `E(42601)` for errors, `Z(I)` for the status, `C(SELECT 1)` for tags, `D(value)` for first columns. */
export function shape(messages: readonly Message[]): string {
  return messages.map(({ type, body }) => `${type}${detail(type, body)}`).join(" ");
}

function detail(type: string, body: Buffer): string {
  if (type === "Z") return `(${body.toString()})`;
  if (type === "C") return `(${body.toString("utf8", 0, body.length - 1)})`;
  if (type === "E")
    return `(${body
      .toString()
      .split("\0")
      .find((field) => field.startsWith("C"))
      ?.slice(1)})`;
  if (type === "D") return `(${body.toString("utf8", 6, 6 + body.readInt32BE(2))})`;
  return "";
}

export function errorText(messages: readonly Message[]): string {
  const error = messages.find(({ type }) => type === "E");
  return (
    error?.body
      .toString()
      .split("\0")
      .find((field) => field.startsWith("M"))
      ?.slice(1) ?? ""
  );
}
