import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** `::ffff:192.0.2.1` and its hexadecimal form: IPv4 as a dual-stack socket shows it. */
const MAPPED = /^::ffff:(.+)$/i;

/** The eight groups of an IPv6 address as numbers. */
function groupsOf(address: string): number[] {
  // An IPv4 tail, as in `64:ff9b::192.0.2.1`, stands for the last two groups.
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_tail, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(":"),
  );
  const [head = "", tail] = plain.split("::");
  const numbers = (part: string) => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16)));
  const front = numbers(head);
  if (tail === undefined) return front;
  const back = numbers(tail);
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/**
 * The network that answers for an address: the address itself for IPv4, the /64 for IPv6, because one subscriber has
 * all of it. A text that is no address stands for itself, cut to a length that cannot fill the memory.
 */
export function networkOf(address: string): string {
  const bare = address.split("%", 1)[0]!;
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return address.slice(0, 64);
  const mapped = MAPPED.exec(bare)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  const groups = groupsOf(bare);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/**
 * The site of a network of `networkOf`: the /48 around a /64, which is given to a company or a rented server, and so to
 * one attacker; otherwise the network itself.
 */
export function siteOf(network: string): string {
  if (!network.endsWith("::/64")) return network;
  return `${network.split(":", 3).join(":")}::/48`;
}

/**
 * Tells which addresses lie in some networks.
 * @param networks addresses, and networks such as 10.0.0.0/8
 */
export function withinNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    if (prefix === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(prefix), family(address));
  }
  return (address) => {
    // IPv4 on a dual-stack socket is written as IPv6.
    const plain = isIP(networkOf(address)) === 4 ? networkOf(address) : address;
    return isIP(plain) !== 0 && list.check(plain, family(plain));
  };
}
