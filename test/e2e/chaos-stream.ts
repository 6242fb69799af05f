import { setTimeout as sleep } from "node:timers/promises";
import { ADMIN_KEY } from "../helpers/platform-process.ts";

/** Comments come every fifteen seconds, so a stream that says nothing for longer is of a process that hangs. */
const DEAF_MS = 20_000;

export interface Heard {
  readonly id: string;
  readonly topic: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  readonly data: any;
}

/** A listener at a process's live stream, which goes to another one when that ends or says nothing more. */
export class ChaosStream {
  readonly heard: Heard[] = [];
  /** What was lost to it, as it was told: more events at once than a process remembers. Behind one id, up to another. */
  readonly gaps: { readonly behind: string; readonly upTo: string }[] = [];
  /** Resets for another reason, which there are none to be. */
  resets = 0;
  moves = 0;
  private readonly ports: () => readonly number[];
  private lastId: string | undefined;
  private ended = false;
  private abort = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(ports: () => readonly number[]) {
    this.ports = ports;
  }

  /** Resolves when it hears. @param first the port to begin with */
  open(first: number): Promise<void> {
    return new Promise((resolve) => {
      this.work = this.listen(first, resolve);
    });
  }

  async close(): Promise<void> {
    this.ended = true;
    this.abort.abort();
    await this.work;
  }

  private async listen(first: number, onBegin: () => void): Promise<void> {
    for (let port: number | undefined = first; !this.ended; ) {
      if (port !== undefined) await this.hear(port, onBegin).catch(() => {});
      if (this.ended) return;
      this.moves++;
      await sleep(200);
      const ports = this.ports();
      port = ports[Math.floor(Math.random() * ports.length)];
    }
  }

  private async hear(port: number, onBegin: () => void): Promise<void> {
    this.abort = new AbortController();
    let patience = setTimeout(() => this.abort.abort(), DEAF_MS);
    try {
      const response = await fetch(
        `http://127.0.0.1:${port}/v1/stream?topics=alarm,event,presence,broadcast`,
        {
          headers: {
            authorization: `Bearer ${ADMIN_KEY}`,
            ...(this.lastId === undefined ? {} : { "last-event-id": this.lastId }),
          },
          signal: this.abort.signal,
        },
      );
      if (!response.ok) return void (await response.body?.cancel());
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of response.body!) {
        clearTimeout(patience);
        patience = setTimeout(() => this.abort.abort(), DEAF_MS);
        text += decoder.decode(chunk, { stream: true });
        const frames = text.split("\n\n");
        text = frames.pop()!;
        for (const frame of frames) this.take(frame);
        onBegin();
      }
    } finally {
      clearTimeout(patience);
    }
  }

  private take(frame: string): void {
    const fields = new Map(frame.split("\n").map((line) => [line.split(":", 1)[0]!, line]));
    const field = (name: string) => fields.get(name)?.slice(name.length + 2);
    const [id, topic, data] = [field("id"), field("event"), field("data")];
    const before = this.lastId;
    if (id !== undefined) this.lastId = id;
    if (topic === "reset") {
      if (before !== undefined && JSON.parse(data!).reason === "too_old")
        this.gaps.push({ behind: before, upTo: id! });
      else this.resets++;
    } else if (data !== undefined && id !== undefined)
      this.heard.push({ id, topic: topic!, data: JSON.parse(data) });
  }
}
