import type { Extra } from "./location.ts";

/** The extras of a location that have a meaning of the standard's, under words of ours. Pure. */

type Words = Readonly<Record<string, unknown>>;

interface Meaning {
  readonly lengths: readonly number[];
  readonly read: (value: Buffer) => Words;
}

const AREAS: Readonly<Record<number, string>> = {
  0: "none",
  1: "circle",
  2: "rectangle",
  3: "polygon",
  4: "route",
};
const areaOf = (value: Buffer): Words => ({
  areaType: AREAS[value[0]!] ?? value[0],
  ...(value.length >= 5 ? { areaId: value.readUInt32BE(1) } : {}),
});
const wayOf = (way: number | undefined) => (way === 0 ? "in" : way === 1 ? "out" : way);

const MEANINGS: Readonly<Record<number, Meaning>> = {
  1: { lengths: [4], read: (value) => ({ mileage: value.readUInt32BE() / 10 }) },
  2: { lengths: [2], read: (value) => ({ fuel: value.readUInt16BE() / 10 }) },
  3: { lengths: [2], read: (value) => ({ recorderSpeed: value.readUInt16BE() / 10 }) },
  4: { lengths: [2], read: (value) => ({ eventToConfirm: value.readUInt16BE() }) },
  6: { lengths: [2], read: (value) => ({ cabinTemperature: value.readInt16BE() }) },
  17: { lengths: [1, 5], read: (value) => ({ overspeed: areaOf(value) }) },
  18: { lengths: [6], read: (value) => ({ area: { ...areaOf(value), way: wayOf(value[5]) } }) },
  19: {
    lengths: [7],
    read: (value) => ({
      route: {
        routeId: value.readUInt32BE(0),
        seconds: value.readUInt16BE(4),
        result: value[6] === 0 ? "too_short" : value[6] === 1 ? "too_long" : value[6],
      },
    }),
  },
  37: { lengths: [4], read: (value) => ({ vehicleSignals: value.readUInt32BE() }) },
  42: { lengths: [2], read: (value) => ({ io: value.readUInt16BE() }) },
  43: {
    lengths: [4],
    read: (value) => ({ analog: { ad0: value.readUInt16BE(2), ad1: value.readUInt16BE(0) } }),
  },
  48: { lengths: [1], read: (value) => ({ signal: value[0] }) },
  49: { lengths: [1], read: (value) => ({ satellites: value[0] }) },
};

/** Extras with a meaning by our words, and all others in hexadecimal digits, by their ids: nothing is left out. */
export function meaningsOf(extras: readonly Extra[]): {
  readonly known: Record<string, unknown>;
  readonly others: Record<string, string>;
} {
  const known: Record<string, unknown> = {};
  const others: Record<string, string> = {};
  const times = new Map<number, number>();
  for (const { id, value } of extras) {
    const meaning = MEANINGS[id];
    const words = meaning?.lengths.includes(value.length) ? meaning.read(value) : undefined;
    const isNew = words !== undefined && Object.keys(words).every((key) => !Object.hasOwn(known, key));
    if (isNew) Object.assign(known, words);
    else {
      // Some terminals send an extra twice. Counted, not searched for: one of 64 KiB may be there thirty thousand times.
      const time = (times.get(id) ?? 0) + 1;
      times.set(id, time);
      const name = id.toString(16).toUpperCase().padStart(2, "0");
      others[time === 1 ? name : `${name}.${time}`] = value.toString("hex");
    }
  }
  return { known, others };
}
