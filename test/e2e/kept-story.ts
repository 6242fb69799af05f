import fc from "fast-check";
import { ExactNumber, stringifyExact } from "../../base/exact-json.ts";
import type { Correction } from "../../store/readings/repairs.ts";
import { dayStart } from "../../store/rollups/late-readings.ts";
import { DEEP, NUL } from "./kept-model.ts";
import { REGIONS } from "./kept-stage.ts";
import type { Death, Setting } from "./kept-world.ts";

/** What may happen: devices send, people move, exchange and repair them, keepers run, and platforms are killed. */
export const HOUR = 3_600_000;
/** Hours from the beginning of a day, some of which are weeks back. */
export const FIRST = dayStart(Date.now() - 72 * HOUR);
export const LAST = 60;
export const momentOf = (n: number): number =>
  n < 48 ? FIRST + n * 1.5 * HOUR : FIRST - 500 * HOUR + (n - 48) * HOUR;

/** A moment of the story: by the clock, or around one at which the device was given away. */
const when = fc.record({
  n: fc.nat({ max: LAST }),
  around: fc.option(fc.constantFrom(-0.5 * HOUR, -1, 0, 1), { nil: undefined, freq: 2 }),
});
export type When = { readonly n: number; readonly around: number | undefined };

/** What goes wrong with a register. */
const WRONG = {
  nothing: (register: number) => register,
  trembles: (register: number) => register - 0.001,
  "has more digits": (register: number) => register + 0.0004,
  leaps: (register: number) => register + 4000,
  "was exchanged": (register: number) => Math.max(0, register - 90),
  "began anew": (register: number) => register % 7,
  "is zero": () => 0,
  "is at its end": () => 99_999.5,
  "is beyond its end": () => 100_001,
};
export type Wrong = keyof typeof WRONG;
export const wrongly = (wrong: Wrong, register: number): number => WRONG[wrong](register);

/** What goes wrong with a register for several readings. */
const SPELLS = {
  nothing: (register: number) => register,
  // Two of three show a last digit less than the register that stands still.
  trembles: (_: number, i: number) => 104 - (i % 3 === 0 ? 0 : 0.001),
  "runs back": (register: number) => register - 0.7,
  "falls to two thirds": (register: number) => Math.round(register * 0.67),
  "falls to a third": (register: number) => Math.round(register * 0.33),
  "is zero": () => 0,
  "is loaded late": (register: number, i: number) => (i === 0 ? 0 : register + 5000),
};
const spell = fc.record({
  what: fc.constantFrom(...(Object.keys(SPELLS) as (keyof typeof SPELLS)[])),
  from: fc.nat({ max: 5 }),
  readings: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(48)),
});
export type Spell = typeof spell extends fc.Arbitrary<infer T> ? T : never;
/** What a register shows in its reading `i`. */
export const during = ({ what, from, readings }: Spell, i: number, register: number): number =>
  i >= from && i < from + readings ? SPELLS[what](register, i - from) : register;

const wrong = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Wrong>("nothing") },
  fc.constantFrom(...(Object.keys(WRONG) as Wrong[])),
);

/** 19 digits that JavaScript's own numbers hold as one. */
const serial = fc.constantFrom(
  new ExactNumber("1724442618569203714"),
  new ExactNumber("1724442618569203715"),
);
const gas = fc.record(
  {
    flow: fc.constantFrom(0, 0.5, 0.0004, 11),
    valve: fc.constantFrom("open", "closed", "ajar"),
    pressure: fc.constantFrom<unknown>(2, 2.004, 12, 3276.7, Number.NaN, "2"),
    temperature: fc.constantFrom(21.5, 85, -41),
    note: fc.constantFrom<unknown>("a", "b", 1, NUL, DEEP),
    serial,
  },
  { requiredKeys: [] },
);
const rain = fc.record(
  {
    intensity: fc.constantFrom<unknown>(0, 2.5, 900, false),
    temperature: fc.constantFrom(20, 3276.7, 99),
    wind: fc.constantFrom(3, 4.04, 95),
    hail: fc.constantFrom(1, 2.5, 0),
    note: fc.constantFrom("a", { deep: [1, 2] }),
  },
  { requiredKeys: [] },
);
const gateway = fc.record(
  {
    uplinks_forwarded: fc.constantFrom(5, 7, 3),
    supply_voltage: fc.constantFrom(48, 99),
    backhaul: fc.constantFrom("ethernet", "none"),
    firmware: fc.constantFrom("5.2.0", "5.3.0", 6),
    serial,
  },
  { requiredKeys: [] },
);

const CLOCKS = ["right", "ahead", "fast", "unset", "elsewhere", "missing"] as const;
const clock = fc.oneof(
  { weight: 20, arbitrary: fc.constant<(typeof CLOCKS)[number]>("right") },
  fc.constantFrom(...CLOCKS),
);
const item = fc.record({
  when,
  /** Whether it has the register. */
  counted: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  wrong,
  gas,
  rain,
  gateway,
  clock,
});
export type DrawnItem = typeof item extends fc.Arbitrary<infer T> ? T : never;

/** Few names and moments, so that one is sent again, and with other words. */
const event = fc.record({
  n: fc.nat({ max: 5 }),
  /** So far from the moment that what is kept behind another does not meet its like. */
  around: fc.option(fc.constantFrom(-5, 0, 5), { nil: undefined, freq: 2 }),
  name: fc.constantFrom("e", "f", 7, undefined),
  phase: fc.option(fc.constant("start"), { nil: undefined, freq: 4 }),
  type: fc.constantFrom(0, 1, 2),
  says: fc.record(
    { n: fc.constantFrom(1, 2), serial, by: fc.constantFrom<unknown>({ whom: ["the office", null] }, NUL) },
    { requiredKeys: [] },
  ),
});
export type DrawnEvent = typeof event extends fc.Arbitrary<infer T> ? T : never;

const meter = fc.nat({ max: 2 });
const anyDevice = fc.nat({ max: 4 });
const message = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      by: fc.constant("device" as const),
      device: fc.oneof({ weight: 4, arbitrary: meter }, anyDevice),
      items: fc.array(item, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      by: fc.constant("gateway" as const),
      parts: fc.uniqueArray(
        fc.record({
          device: fc.constantFrom(0, 0, 1, 1, 4),
          items: fc.array(item, { minLength: 1, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 3, selector: ({ device }) => device },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constant("events" as const),
      device: anyDevice,
      items: fc.array(event, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constant("gateway events" as const),
      parts: fc.uniqueArray(
        fc.record({
          device: fc.constantFrom(0, 0, 1, 1, 4),
          items: fc.array(event, { minLength: 1, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 3, selector: ({ device }) => device },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      by: fc.constant("broken" as const),
      how: fc.constantFrom("garbage" as const, "stray"),
      device: anyDevice,
    }),
  },
);
export type DrawnMessage = typeof message extends fc.Arbitrary<infer T> ? T : never;

const does = <const T extends string, const R extends object>(
  what: T,
  how: { [K in keyof R]: fc.Arbitrary<R[K]> },
) => fc.record({ does: fc.constant(what), ...how }) as unknown as fc.Arbitrary<{ does: T } & R>;

const exchange = does("exchange", {
  device: fc.oneof({ weight: 3, arbitrary: meter }, anyDevice),
  n: fc.nat({ max: LAST }),
  before: fc.boolean(),
  oldRegister: fc.constantFrom(100, 110.5, 124),
  newRegister: fc.constantFrom(0, 0.5, 800),
});
const takeBack = does("take back", { device: meter });

/** Of a gas meter, a rain gauge and a gateway. Those of quantities that the device has not got are left out. */
const corrections = fc.uniqueArray(
  fc.oneof<fc.Arbitrary<Correction>[]>(
    ...["volume", "rain", "uplinks_forwarded"].map((metric) =>
      fc.constantFrom<Correction>(
        { metric, add: 10 },
        { metric, add: -0.5 },
        { metric, multiply: 0.5 },
        { metric, multiply: 1000 },
        { metric, set: 108 },
        { metric, set: null },
      ),
    ),
    fc.constantFrom<Correction>({ metric: "flow", set: 1.25 }, { metric: "flow", set: null }),
    fc.constantFrom<Correction>({ metric: "valve", set: "closed" }, { metric: "valve", set: null }),
    fc.constantFrom<Correction>({ metric: "intensity", add: 0.5 }, { metric: "intensity", set: null }),
    fc.constant<Correction>({ metric: "temperature", add: 1 }),
  ),
  { minLength: 1, maxLength: 4, selector: ({ metric }) => metric },
);
const repair = does("repair", {
  device: fc.oneof({ weight: 4, arbitrary: meter }, anyDevice),
  from: when,
  /** In hours. */
  long: fc.constantFrom(0.001, 3, 30, 2000),
  corrections: fc.option(corrections, { nil: undefined }),
  caller: fc.constantFrom("platform" as const, "platform", "north", "south"),
});
const undo = does("undo", { device: meter, which: fc.nat({ max: 5 }) });
const replay = does("replay", { device: anyDevice, which: fc.nat({ max: 9 }) });
const keep = does("keep", { n: fc.nat({ max: 47 }) });
const death = fc.option(
  fc.record({
    after: fc.nat({ max: 5 }),
    how: fc.constantFrom<Death["how"][]>("is lost", "loses its answer"),
  }),
  { nil: undefined, freq: 3 },
);
const move = does("move", {
  device: fc.oneof({ weight: 4, arbitrary: meter }, anyDevice),
  to: fc.constantFrom("north" as const, "south"),
  region: fc.oneof({ weight: 2, arbitrary: fc.constant(REGIONS[0]) }, fc.constantFrom(...REGIONS)),
  namesGateway: fc.boolean(),
});

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: does("send", {
      messages: fc.array(message, { minLength: 1, maxLength: 5 }),
      repeated: fc.boolean(),
      death,
    }),
  },
  { weight: 2, arbitrary: does("alone", { device: meter, n: fc.nat({ max: 2 }), what: fc.nat({ max: 4 }) }) },
  { weight: 3, arbitrary: move },
  { weight: 2, arbitrary: exchange },
  { weight: 2, arbitrary: does("fill", { from: fc.nat({ max: 5 }), spell }) },
  { weight: 1, arbitrary: takeBack },
  { weight: 2, arbitrary: repair },
  { weight: 1, arbitrary: undo },
  { weight: 2, arbitrary: replay },
  { weight: 1, arbitrary: does("register", {}) },
  { weight: 2, arbitrary: keep },
  { weight: 1, arbitrary: does("restart", {}) },
);
/** A platform of a newer version costs half a second, so there is one at most, and in few stories. */
const widen = does("widen", {});
export type Step = typeof step | typeof widen extends fc.Arbitrary<infer T> ? T : never;

/** Often all days are kept at the end, and a person may have changed something since. */
const end = fc.oneof(
  fc.constant<Step[]>([]),
  fc
    .array(fc.oneof(exchange, exchange, takeBack, repair, undo, move), { maxLength: 3 })
    .map((changes): Step[] => [{ does: "keep", n: 47 }, ...changes]),
);

export interface Story {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

export const story: fc.Arbitrary<Story> = fc
  .record({
    setting: fc.record<Setting>({
      inFlight: fc.constantFrom<(1 | 2)[]>(1, 1, 2),
      ownerless: fc.boolean(),
    }),
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    widenAt: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat({ max: 12 }) },
    ),
    last: end,
  })
  .map(({ setting, steps, widenAt, last }) => {
    const told: Step[] = [...steps];
    if (widenAt !== undefined) told.splice(widenAt, 0, { does: "widen" });
    told.push(...last);
    return { setting, steps: told, [fc.toStringMethod]: () => tellStory(setting, told) };
  });

/** A story in a few lines, for who has to find out why it went wrong. */
function tellStory(setting: Setting, steps: readonly Step[]): string {
  const values = [undefined, undefined, "rain", "gateway", undefined] as const;
  const itemFor = (device: number) => (one: DrawnItem) => ({
    n: one.when.n,
    around: one.when.around,
    register: one.counted ? one.wrong : undefined,
    clock: one.clock === "right" ? undefined : one.clock,
    ...one[values[device] ?? "gas"],
  });
  const messageOf = (one: DrawnMessage) => {
    if (one.by === "gateway") {
      return {
        by: one.by,
        parts: one.parts.map((part) => ({ ...part, items: part.items.map(itemFor(part.device)) })),
      };
    }
    return one.by === "device" ? { ...one, items: one.items.map(itemFor(one.device)) } : one;
  };
  const lines = steps.map((step) =>
    stringifyExact(step.does === "send" ? { ...step, messages: step.messages.map(messageOf) } : step),
  );
  return [`story ${JSON.stringify(setting)}`, ...lines]
    .join("\n  ")
    .replaceAll(/"\w+":null,?/g, "")
    .replaceAll(/"(\w+)":/g, "$1:");
}
