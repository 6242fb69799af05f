import type { BrokerConnection, BrokerEvent } from "./broker-events.ts";

/** A device came to RabbitMQ with its first connection, or left it with its last. */
export interface Presence {
  readonly id: string;
  readonly connected: boolean;
  readonly address: string | undefined;
}

/** A connection is in the list only some seconds after it was made: a younger one that is missing there is no lost one. */
const LISTED_AFTER_MS = 30_000;

interface Known extends BrokerConnection {
  /** Since when we know of it, by the steady clock. */
  readonly at: number;
  /** It was not in the last list. */
  wasMissing: boolean;
}

/** The connections of devices at RabbitMQ, as its events and its list tell of them. */
export class PresentDevices {
  private readonly told: (presence: Presence) => void;
  private readonly now: () => number;
  private readonly byUser = new Map<string, Map<string, Known>>();
  /** Connections that came or went while the list is being read: it may be older than they are. */
  private changed: Set<string> | undefined;

  constructor(told: (presence: Presence) => void, now: () => number = () => performance.now()) {
    this.told = told;
    this.now = now;
  }

  has(id: string): boolean {
    return this.byUser.has(id);
  }

  connectionsOf(id: string): BrokerConnection[] {
    return [...(this.byUser.get(id)?.values() ?? [])];
  }

  /** Every device that is there, as if it came now. */
  *all(): Iterable<Presence> {
    for (const [id, connections] of this.byUser) {
      const [first] = connections.values();
      yield { id, connected: true, address: first?.address };
    }
  }

  hear(event: Exclude<BrokerEvent, { type: "listens" }>): void {
    if (event.type === "came") {
      this.changed?.add(event.connection.key);
      this.add(event.connection);
    } else {
      this.changed?.add(event.key);
      this.remove(event.user, event.key);
    }
  }

  /**
   * Compares with the list of all connections: what came before we heard events, and what went without one, because its
   * node was killed. The list comes in pages, and one that ends meanwhile pushes another one from a page that is not read
   * yet to one that has been: so who is missing in one list alone is not gone.
   * @param read reads the list; events that come meanwhile count for more
   * @returns true when somebody is missing for the first time, so that the list is to be read again soon
   */
  async compare(read: () => Promise<readonly BrokerConnection[]>): Promise<boolean> {
    let isAnybodyMissing = false;
    const changed = new Set<string>();
    this.changed = changed;
    const young = this.now() - LISTED_AFTER_MS;
    try {
      const listed = await read();
      const keys = new Set(listed.map(({ key }) => key));
      for (const connection of listed) if (!changed.has(connection.key)) this.add(connection);
      for (const [user, connections] of [...this.byUser]) {
        for (const known of [...connections.values()]) {
          const { key, at, wasMissing } = known;
          known.wasMissing = !keys.has(key) && !changed.has(key) && at <= young;
          if (known.wasMissing && wasMissing) this.remove(user, key);
          else isAnybodyMissing ||= known.wasMissing;
        }
      }
    } finally {
      if (this.changed === changed) this.changed = undefined;
    }
    return isAnybodyMissing;
  }

  /** Nothing is known any more, because no events come: so nobody counts as present. */
  forget(): void {
    const ids = [...this.byUser.keys()];
    this.byUser.clear();
    for (const id of ids) this.told({ id, connected: false, address: undefined });
  }

  private add(connection: BrokerConnection): void {
    const { user: id, key, address } = connection;
    const own = this.byUser.get(id);
    const known = { ...connection, at: own?.get(key)?.at ?? this.now(), wasMissing: false };
    if (own) own.set(key, known);
    else {
      this.byUser.set(id, new Map([[key, known]]));
      this.told({ id, connected: true, address });
    }
  }

  private remove(id: string, key: string): void {
    const own = this.byUser.get(id);
    const address = own?.get(key)?.address;
    if (!own?.delete(key) || own.size > 0) return;
    this.byUser.delete(id);
    this.told({ id, connected: false, address });
  }
}
