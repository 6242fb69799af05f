import { networkOf } from "./networks.ts";

/** Limits on the number of connections. */
export interface ConnectionLimits {
  /** In all; 0 for no limit. */
  readonly connections: number;
  /** From one IPv4 address or one IPv6 /64; 0 for no limit. */
  readonly perAddress: number;
  /** Connections without a login yet. */
  readonly strangers: number;
}

/**
 * Enough for a fleet that comes back at once; a connection costs some 20 KB, so a client that only opens connections
 * cannot hold more than about 200 MB.
 */
const MAX_STRANGERS = 10_000;

/** A counted connection: a socket, as a listener accepts it. */
export interface Countable {
  readonly remoteAddress?: string | undefined;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
}

/** A connection's place among the counted ones. */
export interface Admission {
  readonly address: string | undefined;
  /** Says that it has logged in, and is no stranger any more. */
  known(): void;
}

/**
 * Counts connections from the moment they are accepted. When there is no place left, the stranger that has been there
 * longest makes room: a right login takes milliseconds, so that one only holds the line.
 */
export class ConnectionCounter {
  private readonly limits: ConnectionLimits;
  private readonly perAddress = new Map<string, number>();
  /** In the order in which they came. */
  private readonly strangers = new Set<Countable>();
  private total = 0;
  /** Connections that were ended at once or made room for others. */
  refused = 0;

  constructor({
    connections = 0,
    perAddress = 0,
    strangers = MAX_STRANGERS,
  }: Partial<ConnectionLimits> = {}) {
    this.limits = { connections, perAddress, strangers };
  }

  /** Counts a connection until it closes, or ends it at once and returns undefined. */
  admit(connection: Countable): Admission | undefined {
    const address = connection.remoteAddress;
    const network = address === undefined ? undefined : networkOf(address);
    if (!this.hasRoom(network)) {
      this.refused++;
      connection.destroy();
      return undefined;
    }
    this.total++;
    this.strangers.add(connection);
    if (network !== undefined) this.perAddress.set(network, (this.perAddress.get(network) ?? 0) + 1);
    let known = false;
    connection.once("close", () => {
      // A stranger that made room has been taken out of these two already.
      if (this.strangers.delete(connection) || known) this.total--;
      if (network === undefined) return;
      const left = (this.perAddress.get(network) ?? 0) - 1;
      if (left > 0) this.perAddress.set(network, left);
      else this.perAddress.delete(network);
    });
    return {
      address,
      known: () => {
        if (this.strangers.delete(connection)) known = true;
      },
    };
  }

  /** Ends connections that have not logged in. */
  endStrangers(): void {
    for (const stranger of this.strangers) stranger.destroy();
  }

  private hasRoom(network: string | undefined): boolean {
    const { connections, perAddress, strangers } = this.limits;
    if (perAddress > 0 && network !== undefined && (this.perAddress.get(network) ?? 0) >= perAddress)
      return false;
    const full = connections > 0 && this.total >= connections;
    if (!full && this.strangers.size < strangers) return true;
    const [longest] = this.strangers;
    if (!longest) return false;
    this.refused++;
    this.strangers.delete(longest);
    this.total--;
    longest.destroy();
    return true;
  }
}
