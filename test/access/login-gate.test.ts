import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLoginGate, KNOWN_FOR_MS, MAX_KNOWN_NETWORKS } from "../../access/login-gate.ts";

const HOUR = 3_600_000;

function gateAt(start = 1_000_000_000_000, maxEntries?: number) {
  let now = start;
  const gate = createLoginGate({ now: () => now, ...(maxEntries ? { maxEntries } : {}) });
  return {
    gate,
    pass: (ms: number) => {
      now += ms;
    },
    /** Tries until it is refused. @returns how many attempts were let through */
    exhaust(address: string, id: string, most = 1000): number {
      for (let count = 0; count < most; count++) if (!gate.check(address, id).allowed) return count;
      return most;
    },
  };
}

/** Another address each time. */
const stranger = (number: number) => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;

/** One of the 65,536 networks of a /48. */
const network = (number: number) => `2001:db8:1:${(number & 0xffff).toString(16)}::1`;

describe("attempts with a password", () => {
  it("are let through ten at a time from one address, and then one every ten seconds, whatever the ids", () => {
    const { gate, pass } = gateAt();
    for (let n = 0; n < 10; n++) expect(gate.check("192.0.2.1", `id-${n}`).allowed).toBe(true);
    expect(gate.check("192.0.2.1", "id-10")).toEqual({ allowed: false, retryAfterMs: 10_000 });
    pass(9_999);
    expect(gate.check("192.0.2.1", "id-10")).toEqual({ allowed: false, retryAfterMs: 1 });
    pass(1);
    expect(gate.check("192.0.2.1", "id-10").allowed).toBe(true);
    expect(gate.check("192.0.2.1", "id-11").allowed).toBe(false);
    expect(gate.check("192.0.2.2", "id-11").allowed).toBe(true);
  });

  it("are let through ten at a time for one id, and then one every 30 seconds, from however many addresses", () => {
    const { gate, pass } = gateAt();
    const count = () =>
      Array.from({ length: 50 }, (_, n) => gate.check(stranger(n), "victim").allowed).filter(Boolean).length;
    expect(count()).toBe(10);
    pass(30_000);
    expect(count()).toBe(1);
  });

  it("make the gate forget nobody who is counted when they are refused", () => {
    const { gate } = gateAt(undefined, 50);
    for (let n = 0; n < 10; n++) gate.check(stranger(n), "victim");
    for (let n = 0; n < 10; n++) gate.check("192.0.2.1", `id-${n}`);
    for (let n = 0; n < 1000; n++)
      expect(gate.check("192.0.2.1", `other-${n}`)).toMatchObject({ allowed: false });
    expect(gate.check(stranger(99), "victim").allowed).toBe(false);
  });

  it("cost nothing when they were right", () => {
    const { gate } = gateAt();
    for (let n = 0; n < 100; n++) {
      expect(gate.check("192.0.2.1", `id-${n}`).allowed).toBe(true);
      gate.succeeded("192.0.2.1", `id-${n}`);
    }
  });

  it("cost nothing when they were neither right nor wrong, and make no address known", () => {
    const { gate, exhaust } = gateAt();
    for (let n = 0; n < 100; n++) {
      expect(gate.check("192.0.2.1", "id").allowed).toBe(true);
      gate.released("192.0.2.1", "id");
    }
    for (let n = 0; n < 20; n++) gate.check(stranger(n), "id");
    expect(exhaust("192.0.2.1", "id")).toBe(0);
  });

  it("count for the whole /64 of IPv6", () => {
    const { gate } = gateAt();
    const allowed = Array.from({ length: 50 }, (_, n) => gate.check(`2001:db8::${n}`, `id-${n}`).allowed);
    expect(allowed.filter(Boolean)).toHaveLength(10);
    expect(gate.check("2001:db8:0:1::1", "other").allowed).toBe(true);
  });

  it("count for the whole /48 of IPv6 as well: 60 at once, and then one every two seconds", () => {
    const { gate, pass } = gateAt();
    const tried = (from: number, to: number) =>
      Array.from(
        { length: to - from },
        (_, n) => gate.check(network(from + n), `id-${from + n}`).allowed,
      ).filter(Boolean).length;
    expect(tried(0, 65_536)).toBe(60);
    pass(20_000);
    expect(tried(0, 65_536)).toBe(10);
    expect(gate.check("2001:db8:2::1", "id-0").allowed).toBe(true);
  });

  it("from one place, a /48 or an IPv4 address, leave half of an id's attempts to strangers elsewhere", () => {
    for (const from of [network, () => "192.0.2.1"]) {
      const { gate, pass } = gateAt();
      for (let minute = 0; minute < 60; minute++) {
        for (let n = 0; n < 1000; n++) gate.check(from(n), "victim");
        expect(gate.check("203.0.113.1", "victim").allowed).toBe(true);
        gate.released("203.0.113.1", "victim");
        pass(60_000);
      }
    }
  });

  it("do not wait longer because the clock was set back", () => {
    const { gate, pass, exhaust } = gateAt();
    exhaust("192.0.2.1", "id");
    pass(-24 * HOUR);
    const answer = gate.check("192.0.2.1", "id");
    expect(answer.allowed ? 0 : answer.retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe("an address where somebody has signed in before", () => {
  it("has a budget of its own, which strangers cannot use up", () => {
    const { gate, exhaust } = gateAt();
    gate.check("192.0.2.1", "victim");
    gate.succeeded("192.0.2.1", "victim");
    for (let n = 0; n < 5000; n++) gate.check(stranger(n), "victim");
    expect(gate.check("203.0.113.1", "victim").allowed).toBe(false);
    expect(exhaust("192.0.2.1", "victim")).toBe(10);
  });

  it("is bounded as well", () => {
    const { gate, pass, exhaust } = gateAt();
    gate.remember("192.0.2.1", "victim", 1_000_000_000_000);
    expect(exhaust("192.0.2.1", "victim")).toBe(10);
    pass(30_000);
    expect(exhaust("192.0.2.1", "victim")).toBe(1);
  });

  it("is not forgotten, whatever a /48 and ten thousand ids bring, and goes first", () => {
    const { gate, pass, exhaust } = gateAt(undefined, 100);
    gate.remember("2001:db8:1:7::1", "victim", 1_000_000_000_000);
    gate.remember("192.0.2.1", "victim", 1_000_000_000_000);
    for (let n = 0; n < 10_000; n++) {
      const address = n % 2 ? network(n) : stranger(n);
      gate.check(address, n % 4 ? `id-${n}` : "victim");
      gate.failed(address, "victim");
      // Somebody with an account of their own may sign in from everywhere.
      if (gate.check(address, "insider").allowed) gate.succeeded(address, "insider");
      pass(1000);
    }
    for (const address of ["192.0.2.1", "2001:db8:1:7::99"]) {
      expect(gate.check(address, "victim")).toEqual({ allowed: true, known: true });
      expect(gate.delayFor(address, "victim")).toBe(0);
      expect(exhaust(address, "victim")).toBe(9);
    }
    expect(gate.check("203.0.113.7", "other")).toEqual({ allowed: true, known: false });
  });

  it("is one of the latest 32 of that id", () => {
    const { gate } = gateAt();
    for (let n = 0; n <= MAX_KNOWN_NETWORKS; n++) gate.remember(stranger(n), "victim", 1_000_000_000_000 - n);
    const known = (n: number) => {
      const answer = gate.check(stranger(n), "victim");
      return answer.allowed && answer.known;
    };
    expect([known(0), known(MAX_KNOWN_NETWORKS - 1), known(MAX_KNOWN_NETWORKS)]).toEqual([true, true, false]);
  });

  it("is known for 90 days, also when the database remembers it", () => {
    const { gate, pass } = gateAt();
    const isKnown = () => {
      for (let n = 0; n < 20; n++) gate.check(stranger(n), "victim");
      return gate.check("192.0.2.1", "victim").allowed;
    };
    expect(isKnown()).toBe(false);
    gate.remember("192.0.2.1", "victim", 1_000_000_000_000 - HOUR);
    expect(isKnown()).toBe(true);
    pass(KNOWN_FOR_MS - HOUR);
    expect(isKnown()).toBe(false);
    gate.remember("192.0.2.1", "victim", 1_000_000_000_000 - HOUR);
    expect(isKnown()).toBe(false);
  });

  it("is known for that id alone", () => {
    const { gate, exhaust } = gateAt();
    gate.remember("192.0.2.1", "victim", 1_000_000_000_000);
    for (let n = 0; n < 20; n++) gate.check(stranger(n), "other");
    expect(exhaust("192.0.2.1", "other")).toBe(0);
  });
});

describe("whoever is signed in", () => {
  it("has attempts of their own wherever they are, bounded, which strangers cannot use up", () => {
    const { gate, pass } = gateAt();
    for (let n = 0; n < 1000; n++) gate.check(stranger(n), "victim");
    const own = () => gate.check(network(1), "victim", { signedIn: true }).allowed;
    expect(Array.from({ length: 20 }, own).filter(Boolean)).toHaveLength(10);
    expect(gate.check(network(1), "victim").allowed).toBe(false);
    pass(30_000);
    expect([own(), own()]).toEqual([true, false]);
    gate.released(network(2), "victim", { signedIn: true });
    expect(own()).toBe(true);
  });
});

describe("the answer to a failure", () => {
  it("is not held for the first ten, and then longer each time, up to five seconds", () => {
    const { gate } = gateAt();
    const delays = Array.from({ length: 20 }, () => {
      gate.failed("192.0.2.1");
      return gate.delayFor("192.0.2.1");
    });
    expect(delays.slice(0, 10)).toEqual(Array(10).fill(0));
    expect(delays.slice(10, 17)).toEqual([100, 200, 400, 800, 1600, 3200, 5000]);
    expect(Math.max(...delays)).toBe(5000);
  });

  it("is held by id as well as by address, and not at all once it is forgotten", () => {
    const { gate, pass } = gateAt();
    for (let n = 0; n < 15; n++) gate.failed(stranger(n), "meter-1");
    expect(gate.delayFor("203.0.113.9", "meter-1")).toBeGreaterThan(0);
    expect(gate.delayFor("203.0.113.9", "meter-2")).toBe(0);
    expect(gate.delayFor(stranger(3))).toBe(0);
    pass(HOUR);
    expect(gate.delayFor("203.0.113.9", "meter-1")).toBe(0);
  });

  it("is held for ten minutes after the last failure at most, however many there were", () => {
    const { gate, pass } = gateAt();
    for (let n = 0; n < 10_000; n++) gate.failed("192.0.2.1");
    pass(9 * 60_000);
    expect(gate.delayFor("192.0.2.1")).toBe(0);
    for (let n = 0; n < 10; n++) gate.failed("192.0.2.1");
    expect(gate.delayFor("192.0.2.1")).toBeGreaterThan(0);
    pass(60 * 10_000);
    for (let n = 0; n < 10; n++) gate.failed("192.0.2.1");
    expect(gate.delayFor("192.0.2.1")).toBe(0);
  });

  it("refuses no attempt: who has the right key comes in, whatever failed before", () => {
    const { gate } = gateAt();
    for (let n = 0; n < 10_000; n++) gate.failed("192.0.2.1", "meter-1");
    expect(gate.check("192.0.2.1", "meter-1").allowed).toBe(true);
  });
});

describe("whatever happens", () => {
  const step = fc.record({
    do: fc.constantFrom("try", "succeed", "release", "fail", "wait"),
    address: fc.nat({ max: 6 }),
    id: fc.nat({ max: 4 }),
    ms: fc.nat({ max: 60_000 }),
  });

  it("guesses stay within burst and rate, for each address and for each id", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const { gate, pass } = gateAt();
        let elapsed = 0;
        const byAddress = new Map<number, number>();
        const byId = new Map<number, number>();
        const add = (map: Map<number, number>, key: number) => map.set(key, (map.get(key) ?? 0) + 1);
        for (const { do: what, address, id, ms } of steps) {
          // Nobody has signed in before here: every attempt is a stranger's guess.
          if (what === "wait") {
            pass(ms);
            elapsed += ms;
          } else if (what === "fail") gate.failed(stranger(address), `id-${id}`);
          else if (gate.check(stranger(address), `id-${id}`).allowed) {
            add(byAddress, address);
            add(byId, id);
          }
          for (const count of byAddress.values()) expect(count).toBeLessThanOrEqual(10 + elapsed / 10_000);
          for (const count of byId.values()) expect(count).toBeLessThanOrEqual(10 + elapsed / 30_000);
        }
      }),
    );
  });

  it("a known address gets its budget back in time, whatever strangers do", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { gate, pass } = gateAt();
        gate.remember("192.0.2.77", "id-0", 1_000_000_000_000);
        for (const { do: what, address, id, ms } of steps) {
          const at = [stranger(address), `id-${id}`] as const;
          if (what === "wait") pass(ms);
          else if (what === "fail") gate.failed(...at);
          else if (gate.check(...at).allowed) {
            if (what === "succeed") gate.succeeded(...at);
            if (what === "release") gate.released(...at);
          }
        }
        expect(gate.check("192.0.2.77", "id-0").allowed).toBe(true);
      }),
    );
  });

  it("its memory is bounded: of a million addresses it keeps the latest", () => {
    const { gate, exhaust } = gateAt(undefined, 1000);
    for (let n = 0; n < 10; n++) gate.check("192.0.2.1", `id-${n}`);
    for (let n = 0; n < 10_000; n++) {
      gate.check(stranger(n), `other-${n}`);
      gate.failed(stranger(n), `other-${n}`);
    }
    // Long forgotten, so it begins anew …
    expect(exhaust("192.0.2.1", "x", 10)).toBe(5);
    expect(exhaust("192.0.2.1", "y", 10)).toBe(5);
    // … and the latest are still counted.
    for (const id of ["v", "w"]) exhaust(stranger(9_999), id);
    expect(gate.check(stranger(9_999), "z").allowed).toBe(false);
  });
});
