import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkOf, siteOf } from "../../base/networks.ts";

describe("the network of an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:cb00:7107", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["not an address", "not an address"],
    ["", ""],
  ])("%s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("is the same for all addresses of one /64, and another for each /64", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (address, host) => {
        const network = networkOf(address);
        if (!network.endsWith("::/64")) return; // IPv4 in IPv6's clothes
        const tail = host.toString(16).padStart(16, "0").match(/.{4}/g)!.join(":");
        expect(networkOf(`${network.replace("::/64", "")}:${tail}`)).toBe(network);
      }),
    );
  });

  it("never grows with what it is given", () => {
    fc.assert(fc.property(fc.string({ maxLength: 500 }), (text) => networkOf(text).length <= 64));
  });
});

it.each([
  ["2001:db8:1:7::1", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
  ["192.0.2.1", "192.0.2.1"],
  ["not an address::/48", "not an address::/48"],
])("the place of %s is %s", (address, site) => {
  expect(siteOf(networkOf(address))).toBe(site);
});
