import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that went through. */
export interface Tapped {
  readonly method: string;
  readonly path: string;
  readonly lastEventId: string | undefined;
  readonly at: number;
  status?: number;
}

/** An event of the live stream, as it went by. */
export interface TappedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

const STREAM = "/v1/stream";

/**
 * Stands between a browser and the platform, on an address of its own: sees what the browser's workers ask too, which no
 * page tells of, and takes the line away.
 */
export class Tap {
  readonly origin: string;
  readonly requests: Tapped[] = [];
  readonly events: TappedEvent[] = [];
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #streamsPass = true;
  #rest = "";

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(httpPort: number): Promise<Tap> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const tap = new Tap(server);
    server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) =>
      tap.#pass(incoming, outgoing, httpPort),
    );
    return tap;
  }

  /** The streams that are open. */
  get openStreams(): number {
    return this.#streams.size;
  }

  /** Ends the live streams, and takes no new ones until `mendStreams`. */
  cutStreams(): void {
    this.#streamsPass = false;
    for (const stream of this.#streams) stream.destroy();
  }

  mendStreams(): void {
    this.#streamsPass = true;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** How often this was asked for. */
  count(method: string, path: string): number {
    return this.requests.filter((one) => one.method === method && one.path === path).length;
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
    const path = incoming.url!.split("?")[0]!;
    const lastEventId = incoming.headers["last-event-id"] as string | undefined;
    const tapped: Tapped = { method: incoming.method!, path, lastEventId, at: Date.now() };
    this.requests.push(tapped);
    const isStream = path === STREAM;
    if (isStream && !this.#streamsPass) return void incoming.socket.destroy();
    const { method, headers, url } = incoming;
    const onward = request(
      { host: "127.0.0.1", port, method, path: url, headers, agent: false },
      (answer) => {
        tapped.status = answer.statusCode!;
        outgoing.writeHead(answer.statusCode!, answer.headers);
        if (isStream && answer.statusCode === 200) this.#follow(answer, outgoing);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("error", () => {});
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  }

  #follow(answer: IncomingMessage, outgoing: ServerResponse): void {
    this.#streams.add(outgoing);
    outgoing.on("close", () => this.#streams.delete(outgoing));
    this.#rest = "";
    answer.setEncoding("utf8").on("data", (text: string) => {
      const frames = (this.#rest + text).split("\n\n");
      this.#rest = frames.pop()!;
      for (const frame of frames) this.#note(frame);
    });
  }

  #note(frame: string): void {
    const fields = new Map(
      frame.split("\n").map((line) => [line.split(":")[0]!, line.slice(line.indexOf(":") + 1).trim()]),
    );
    const id = fields.get("id");
    const data = fields.get("data");
    if (id === undefined || data === undefined) return;
    this.events.push({ id, data, event: fields.get("event") ?? "message" });
  }
}
