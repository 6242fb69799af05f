/** One server-sent event. */
export interface StreamMessage {
  readonly event: string;
  /** JSON, still as text. */
  readonly data: string;
}

/** Cuts a stream of text into server-sent events, wherever its pieces are split (HTML standard, 9.2.6). */
export class EventReader {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | undefined;
  /** The position to come back to; it counts once its event is complete. */
  lastId: string | undefined;

  /** A new connection begins: half an event of the former one is dropped, its position stays. */
  begin(): void {
    this.#rest = "";
    this.#event = "";
    this.#data = [];
    this.#id = this.lastId;
  }

  take(text: string): StreamMessage[] {
    const messages: StreamMessage[] = [];
    this.#rest += text;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (!end) return messages;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      if (line !== "") this.#field(line);
      else {
        // The platform says at once where its stream stands, in an event of nothing but an id.
        this.lastId = this.#id;
        if (this.#data.length > 0) messages.push(this.#complete());
        this.#event = "";
      }
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = value;
  }

  #complete(): StreamMessage {
    const message = { event: this.#event || "message", data: this.#data.join("\n") };
    this.#data = [];
    return message;
  }
}
