import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { StreamEvents, StreamTopic } from "../../../../api/contract.ts";
import { takeUpBroadcast } from "../broadcast-news.ts";
import type { StreamMessage } from "./event-reader.ts";

/** At most so often is one resource read again because of events, in milliseconds. */
const AGAIN_MS = 1_000;
/** What counts whole regions; a fleet that reconnects would have it counted all the time. */
const COUNTS_AGAIN_MS = 5_000;
const COUNTED = new Set(["summary", "devices"]);

/** Which lists an event makes old. The first part of a key names the resource. */
const TOUCHES: Readonly<Record<StreamTopic, readonly string[]>> = {
  reading: [],
  event: ["events"],
  alarm: ["alarms", "summary"],
  presence: ["summary", "devices"],
  device: ["devices", "summary"],
  // Its events hold the counts: `broadcast-news.ts` patches them, and says what else is old.
  broadcast: [],
};

type Hearer<T extends StreamTopic> = (event: StreamEvents[T]) => void;
const hearers = new Map<StreamTopic, Set<Hearer<never>>>();

/** Hears the events of one topic, before lists are read again. @returns the function that ends it */
export function onStreamEvent<T extends StreamTopic>(topic: T, hearer: Hearer<T>): () => void {
  const all = hearers.get(topic) ?? new Set();
  hearers.set(topic, all.add(hearer as Hearer<never>));
  return () => all.delete(hearer as Hearer<never>);
}

/** Takes the events of the stream into the cache: hearers patch what they can, lists are marked old. */
export class TakeUp {
  readonly #client: QueryClient;
  readonly #due = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #last = new Map<string, number>();

  constructor(client: QueryClient) {
    this.#client = client;
  }

  message({ event, data }: StreamMessage): void {
    if (event === "reset") return this.everything();
    if (!(event in TOUCHES)) return;
    const topic = event as StreamTopic;
    const body = JSON.parse(data) as StreamEvents[StreamTopic];
    for (const hearer of hearers.get(topic) ?? []) (hearer as Hearer<StreamTopic>)(body);
    for (const resource of TOUCHES[topic]) this.#later([resource]);
    if (topic === "broadcast") {
      const old = takeUpBroadcast(this.#client, body as StreamEvents["broadcast"]);
      for (const queryKey of old) this.#later(queryKey);
    }
  }

  /** Nothing on screen can be trusted any more. */
  everything(): void {
    void this.#client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  }

  stop(): void {
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  #later(queryKey: QueryKey): void {
    const resource = queryKey.join("/");
    if (this.#due.has(resource)) return;
    const wait = Math.max(
      0,
      (this.#last.get(resource) ?? 0) + (COUNTED.has(resource) ? COUNTS_AGAIN_MS : AGAIN_MS) - Date.now(),
    );
    this.#due.set(
      resource,
      setTimeout(() => {
        this.#due.delete(resource);
        this.#last.set(resource, Date.now());
        void this.#client.invalidateQueries({ queryKey });
      }, wait),
    );
  }
}
