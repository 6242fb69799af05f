import { onTestFinished } from "vitest";
import { ADMIN_KEY } from "./platform-process.ts";

/** A message of an event stream. */
export interface Streamed {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly data: any;
}

/** A client of a live stream as programs write it: it keeps the last id, and comes back with it. */
export class StreamClient {
  readonly messages: Streamed[] = [];
  lastId: string | undefined;
  private readonly query: string;
  private stop = new AbortController();
  private reading: Promise<void> = Promise.resolve();

  constructor(query = "") {
    this.query = query;
    onTestFinished(() => this.close());
  }

  /** Opens the stream of a process; resolves when that has said where it stands. */
  async open(httpPort: number): Promise<void> {
    await this.close();
    this.stop = new AbortController();
    const response = await fetch(`http://127.0.0.1:${httpPort}/v1/stream${this.query}`, {
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(this.lastId === undefined ? {} : { "last-event-id": this.lastId }),
      },
      signal: this.stop.signal,
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    this.reading = this.read(response.body!, begun).catch(() => begun());
    await beginning;
  }

  /** Closes the stream; what was read stays. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.reading;
  }

  /** The messages of one sort. */
  of(event: string): Streamed[] {
    return this.messages.filter((message) => message.event === event);
  }

  private async read(body: ReadableStream<Uint8Array>, begun: () => void): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const frames = text.split("\n\n");
      text = frames.pop()!;
      for (const frame of frames) this.take(frame);
      begun();
    }
  }

  private take(frame: string): void {
    const fields = new Map(frame.split("\n").map((line) => [line.split(":", 1)[0]!, line]));
    const field = (name: string) => fields.get(name)?.slice(name.length + 2);
    const id = field("id");
    if (id !== undefined) this.lastId = id;
    const data = field("data");
    if (data !== undefined) this.messages.push({ id, event: field("event")!, data: JSON.parse(data) });
  }
}
