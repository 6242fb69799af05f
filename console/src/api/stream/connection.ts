import { EventReader, type StreamMessage } from "./event-reader.ts";

/** How the live stream is doing; `since` is when that began, in milliseconds. */
export interface StreamState {
  readonly state: "live" | "connecting" | "ended";
  readonly since: number;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly onMessage: (message: StreamMessage) => void;
  readonly onState: (state: StreamState) => void;
  /** The platform ended the stream in order, as it does when grants change. */
  readonly onClosed: () => void;
  readonly fetch?: typeof globalThis.fetch;
  /** For tests: how long to wait before attempt number `attempt`, in milliseconds. */
  readonly backOff?: (attempt: number) => number;
}

/** The platform sends a comment every 15 seconds; without any byte for so long the connection is dead. */
const SILENT_MS = 40_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** 1 s to 30 s, with jitter, so that a thousand browsers do not come back at once. */
const backOffMs = (attempt: number, random = Math.random): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + random() / 2);

/**
 * Keeps one live stream open by `fetch`, which sees a 401 that an EventSource hides: reconnects with `Last-Event-ID`,
 * notices a dead connection, and stops when the session is over.
 */
export class StreamConnection {
  readonly #options: ConnectionOptions;
  readonly #reader = new EventReader();
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #stopped = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    this.#state("connecting");
    while (!this.#stopped) {
      const outcome = await this.#once().catch(() => "failed" as const);
      if (this.#stopped) return;
      if (outcome === "over") return this.#state("ended");
      if (outcome === "closed") this.#options.onClosed();
      this.#state("connecting");
      await this.#pause(outcome === "closed" ? 0 : this.#attempt++);
    }
  }

  /** One connection from its request to its end. */
  async #once(): Promise<"over" | "closed" | "failed"> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.#reader.lastId !== undefined) headers["last-event-id"] = this.#reader.lastId;
    this.#expectBytes();
    const response = await (this.#options.fetch ?? fetch)(this.#options.url, {
      headers,
      signal,
      cache: "no-store",
    });
    if (response.status === 401 || response.status === 403) return "over";
    if (!response.ok || !response.body) return "failed";
    this.#state("live");
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    this.#reader.begin();
    for (;;) {
      const { done, value } = await text.read();
      this.#expectBytes();
      if (done) return "closed";
      this.#attempt = 0;
      for (const message of this.#reader.take(value)) this.#options.onMessage(message);
    }
  }

  #expectBytes(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), SILENT_MS);
  }

  #pause(attempt: number): Promise<void> {
    clearTimeout(this.#timer);
    const wait = (this.#options.backOff ?? backOffMs)(attempt);
    return new Promise((resolve) => {
      this.#timer = setTimeout(resolve, wait);
    });
  }

  #state(state: StreamState["state"]): void {
    this.#options.onState({ state, since: Date.now() });
  }
}
