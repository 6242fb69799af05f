import type { ByteReader } from "./byte-reader.ts";
import type { CodecItem, CodecSettings, Decoded } from "./codec.ts";

/** Makes items of what a codec has read. */

type Item = Record<string, unknown>;

/** The items, or why there are none. */
export const decodedBy = (reader: ByteReader, items: readonly CodecItem[]): Decoded =>
  reader.fault ? { items: [], faults: [reader.fault] } : { items, faults: [] };

export const reading = (item: Readonly<Item>): CodecItem => ({ channel: "telemetry", item });

export const happening = (item: Readonly<Item>): CodecItem => ({ channel: "events", item });

/** What the device tells for as long as its cause stands. */
export const standing = (item: Readonly<Item>): CodecItem => ({ ...happening(item), standing: true });

/** An item that is being filled. A key that comes again holds the last value, and `repeated` those before; lists are joined. */
export class ItemFilling {
  readonly item: Item = {};
  private readonly repeated: [key: string, value: unknown][] = [];

  set(key: string, value: unknown): void {
    if (value === undefined) return;
    const before = this.item[key];
    if (Array.isArray(before) && Array.isArray(value)) {
      this.item[key] = [...before, ...value];
      return;
    }
    if (before !== undefined && before !== value) {
      this.repeated.push([key, before]);
      this.item.repeated = this.repeated;
    }
    this.item[key] = value;
  }
}

/**
 * The flags of a device that are events of kinds as well, each with the flag that it stands for.
 * @param events types of events by flag; a flag that is none of them is only kept in the reading
 */
export function standingEvents(
  observedAt: string,
  flags: readonly string[],
  events: Readonly<Record<string, string>>,
): CodecItem[] {
  const told = flags.filter((flag) => Object.hasOwn(events, flag));
  const types = [...new Set(told.map((flag) => events[flag]!))];
  return types.map((type) =>
    standing({ type, observedAt, flags: told.filter((flag) => events[flag] === type) }),
  );
}

/**
 * Registers in pulses by input, from 1, and the volume of the one that the meter is connected to, if its weight is known.
 * @param inputs of the device: where it is one, it needs no number
 */
export function pulsesOf(
  registers: Readonly<Record<number, number>>,
  settings: CodecSettings | undefined,
  inputs = 1,
): Item {
  const { litresPerPulse, channel = 1 } = settings ?? {};
  const own = registers[channel];
  return {
    ...Object.fromEntries(
      Object.entries(registers).map(([input, pulses]) => [
        inputs === 1 ? "pulses" : `pulses_${input}`,
        pulses,
      ]),
    ),
    ...(own !== undefined && litresPerPulse !== undefined
      ? { volume: cubicMetres(own * litresPerPulse) }
      : {}),
  };
}

/** Litres in m3, to the millilitre: a product of decimals trembles in its last digits. */
export const cubicMetres = (litres: number): number => Math.round(litres * 1000) / 1_000_000;

/**
 * Readings by their moment: two of one moment are one, as two would contradict each other in what they tell besides.
 */
export class ItemsByMoment {
  private readonly byMoment = new Map<string, ItemFilling>();

  add(observedAt: string, told: Readonly<Item>): void {
    let filling = this.byMoment.get(observedAt);
    if (filling === undefined) {
      filling = new ItemFilling();
      filling.set("observedAt", observedAt);
      this.byMoment.set(observedAt, filling);
    }
    for (const [key, value] of Object.entries(told)) filling.set(key, value);
  }

  /** The oldest first. */
  items(): CodecItem[] {
    const all = [...this.byMoment].map(([at, { item }]) => ({ at: Date.parse(at), item }));
    return all.sort((a, b) => a.at - b.at).map(({ item }) => reading(item));
  }
}
