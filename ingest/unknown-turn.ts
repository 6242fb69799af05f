import { networkOf, siteOf } from "../base/networks.ts";

/** Unknown devices in one turn, and of one IPv4 address or IPv6 /64. Further ones come again: nothing has told them otherwise. */
const DEVICES_A_TURN = 1000;
const DEVICES_OF_A_NETWORK = 100;

/**
 * The unknown devices of one turn, by their keys. Where there is no room for another one, the oldest of the site that has
 * the most of them gives way: an address, or an IPv6 /48, which one attacker may have. So made-up identities push out each
 * other, and never one from elsewhere while they have come from fewer places than there is room.
 */
export class UnknownTurn<T> {
  private readonly heard = new Map<
    string,
    { readonly value: T; readonly network: string; readonly site: string }
  >();
  private readonly ofNetwork = new Map<string, number>();
  private readonly ofSite = new Map<string, Set<string>>();
  /** The sites that have so many, by the number, so that the one with the most is found at once. */
  private readonly bySize: Set<string>[] = [new Set()];

  find(key: string): T | undefined {
    return this.heard.get(key)?.value;
  }

  values(): T[] {
    return Array.from(this.heard.values(), ({ value }) => value);
  }

  /**
   * Adds one that is not there.
   * @returns the number that was passed over for it, or with it: 0, or 1
   */
  add(key: string, address: string | undefined, value: T): number {
    const network = address === undefined ? "" : networkOf(address);
    const site = siteOf(network);
    if ((this.ofNetwork.get(network) ?? 0) >= DEVICES_OF_A_NETWORK) return 1;
    const isFull = this.heard.size >= DEVICES_A_TURN;
    if (isFull) this.makeRoom();
    this.heard.set(key, { value, network, site });
    this.ofNetwork.set(network, (this.ofNetwork.get(network) ?? 0) + 1);
    this.change(site, (keys) => keys.add(key));
    return isFull ? 1 : 0;
  }

  private makeRoom(): void {
    const [site] = this.bySize.findLast((sites) => sites.size > 0)!;
    const [key] = this.ofSite.get(site!)!;
    const { network } = this.heard.get(key!)!;
    this.heard.delete(key!);
    this.ofNetwork.set(network, this.ofNetwork.get(network)! - 1);
    this.change(site!, (keys) => keys.delete(key!));
  }

  private change(site: string, change: (keys: Set<string>) => void): void {
    const keys = this.ofSite.get(site) ?? new Set<string>();
    this.bySize[keys.size]!.delete(site);
    change(keys);
    if (keys.size === 0) this.ofSite.delete(site);
    else {
      this.ofSite.set(site, keys);
      this.bySize[keys.size] = (this.bySize[keys.size] ?? new Set<string>()).add(site);
    }
  }
}
