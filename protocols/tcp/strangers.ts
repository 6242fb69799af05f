import { networkOf } from "../../base/networks.ts";
import { TokenBucket, TokenBuckets, tokenRate } from "../../base/token-bucket.ts";

/** Packets of stations that nobody has registered: of one IPv4 address or IPv6 /64, and of all together. */
const OF_A_NETWORK = tokenRate(20, 500);
const OF_ALL = tokenRate(1000, 5000);

/** Packets that do not even say whose they are and go on record, likewise. */
const NAMELESS_OF_A_NETWORK = tokenRate(0.1, 20);
const NAMELESS_OF_ALL = tokenRate(1, 100);

/** Networks whose rates are remembered. */
const MOST_NETWORKS = 10_000;

/** Bytes of all connections together that wait for the answer whose station has sent them. */
export const MOST_HELD_BYTES = 16 * 1024 * 1024;

/**
 * What stations that nobody has registered may cost at the door, by their networks and all together: reading, asking the
 * database, records, and memory while it does not answer. One network cannot use up what the others have, as long as they
 * are not many.
 */
export class Strangers {
  private readonly now: () => number;
  private readonly packets = new TokenBuckets(OF_A_NETWORK, MOST_NETWORKS);
  private readonly allPackets: TokenBucket;
  private readonly nameless = new TokenBuckets(NAMELESS_OF_A_NETWORK, MOST_NETWORKS);
  private readonly allNameless: TokenBucket;
  private heldBytes = 0;

  constructor(now: () => number) {
    this.now = now;
    this.allPackets = new TokenBucket(OF_ALL, now());
    this.allNameless = new TokenBucket(NAMELESS_OF_ALL, now());
  }

  /** Whether another packet of a stranger from there is looked at. */
  mayCome(address: string | undefined): boolean {
    return this.take(this.packets, this.allPackets, address);
  }

  /** Whether another packet from there is put on record that does not even say whose it is. */
  mayRecordNameless(address: string | undefined): boolean {
    return this.take(this.nameless, this.allNameless, address);
  }

  /** Whether so many bytes more may wait for the database; if so, `letGo` must follow. */
  mayHold(bytes: number): boolean {
    if (this.heldBytes + bytes > MOST_HELD_BYTES) return false;
    this.heldBytes += bytes;
    return true;
  }

  letGo(bytes: number): void {
    this.heldBytes -= bytes;
  }

  /** The network's own first: who has none left takes nothing from the others. */
  private take(ofNetworks: TokenBuckets, ofAll: TokenBucket, address: string | undefined): boolean {
    const now = this.now();
    const own = ofNetworks.of(address === undefined ? "" : networkOf(address), now);
    return own.tryTake(now) && ofAll.tryTake(now);
  }
}
