/** Orders of one terminal that may still be answered: more of them end only its own. */
const MOST = 64;

/** For so long an answer to an order is expected. Milliseconds. */
const LASTING_MS = 60 * 60 * 1000;

/** Terminals whose orders are remembered. */
const MOST_TERMINALS = 200_000;

interface OpenOrder {
  readonly commandId: string;
  /** The message that it was. */
  readonly id: number;
  readonly until: number;
}

/** Orders on their way to terminals, by the terminal and the serial that its answers echo. */
export class OpenOrders {
  private readonly terminals = new Map<number, Map<number, OpenOrder>>();

  add(deviceNo: number, serial: number, order: Pick<OpenOrder, "commandId" | "id">, now: number): void {
    const open = this.terminals.get(deviceNo) ?? new Map<number, OpenOrder>();
    // Set anew behind the others: the first one is the oldest.
    this.terminals.delete(deviceNo);
    this.terminals.set(deviceNo, open);
    if (this.terminals.size > MOST_TERMINALS)
      this.terminals.delete(this.terminals.keys().next().value as number);
    open.delete(serial);
    open.set(serial, { ...order, until: now + LASTING_MS });
    for (const [key, { until }] of open) {
      if (until > now && open.size <= MOST) break;
      open.delete(key);
    }
  }

  /** The order that an answer belongs to; undefined for one that is not known (any more). */
  find(deviceNo: number, serial: number, now: number): Pick<OpenOrder, "commandId" | "id"> | undefined {
    const found = this.terminals.get(deviceNo)?.get(serial);
    return found && found.until > now ? found : undefined;
  }

  /** Forgets an order whose last answer has come. */
  end(deviceNo: number, serial: number): void {
    this.terminals.get(deviceNo)?.delete(serial);
  }
}
