import type { EventPlace } from "./event-id.ts";
import type { StreamFilter } from "./filter.ts";

/** The sink of a stream's bytes; an HTTP response in practice. */
export interface StreamSink {
  /** The name for the log. */
  readonly name: string;
  /** False when the socket is full; the text is kept nevertheless. */
  write(text: string): boolean;
  /** Bytes that wait in the socket. */
  buffered(): number;
  /** Calls back each time that a full socket has emptied. */
  onDrain(callback: () => void): void;
  end(): void;
  destroy(): void;
}

export class Subscriber {
  readonly sink: StreamSink;
  readonly filter: StreamFilter;
  /** The last event that it saw, while it catches up; undefined once it is up to date. */
  position: EventPlace | undefined;

  constructor(sink: StreamSink, filter: StreamFilter) {
    this.sink = sink;
    this.filter = filter;
  }
}
