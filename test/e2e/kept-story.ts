import fc from "fast-check";
import { dayStart } from "../../store/late-readings.ts";
import type { Item, KeptModel } from "./kept-model.ts";
import type { Death, KeptWorld, Message } from "./kept-world.ts";

/** What may happen: devices send, people move and exchange them, keepers run, and platforms are killed. */
export const HOUR = 3_600_000;
/** Hours from the beginning of a day, some of which are weeks back. */
export const FIRST = dayStart(Date.now() - 72 * HOUR);
const momentOf = (n: number) => (n < 48 ? FIRST + n * 1.5 * HOUR : FIRST - 500 * HOUR + (n - 48) * HOUR);
const LAST = 60;

/** A moment of the story: by the clock, or around one at which the device was given away. */
type When = { readonly n: number; readonly around: number | undefined };
const when: fc.Arbitrary<When> = fc.record({
  n: fc.nat({ max: LAST }),
  around: fc.option(fc.constantFrom(-0.5 * HOUR, -1, 0, 1), { nil: undefined, freq: 2 }),
});

function resolve(model: KeptModel, { n, around }: When): number {
  const moves = model.places.slice(1);
  return around === undefined || moves.length === 0 ? momentOf(n) : moves[n % moves.length]!.since + around;
}

/** A register that rises with time, and what goes wrong with it. */
const wrong = fc.oneof(
  { weight: 8, arbitrary: fc.constant((register: number) => register) },
  fc.constantFrom(
    (register: number) => register - 0.001,
    (register: number) => register + 0.0004,
    (register: number) => register + 4000,
    (register: number) => Math.max(0, register - 90),
    (register: number) => register % 7,
    () => 0,
    () => 99_999.5,
    () => 100_001,
  ),
);

const gasValues = fc.record(
  {
    flow: fc.constantFrom(0, 0.5, 0.0004, 11),
    valve: fc.constantFrom("open", "closed", "ajar"),
    pressure: fc.constantFrom(2, 2.004, 12, 3276.7),
    note: fc.constantFrom("a", "b", 1),
  },
  { requiredKeys: [] },
);
const rainValues = fc.record(
  {
    intensity: fc.constantFrom(0, 2.5, 900),
    temperature: fc.constantFrom(20, 3276.7),
    note: fc.constant("a"),
  },
  { requiredKeys: [] },
);

const item = fc.record({
  when,
  /** Whether it has the register. */
  counted: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  wrong,
  gas: gasValues,
  rain: rainValues,
  clock: fc.oneof(
    { weight: 20, arbitrary: fc.constant("right" as const) },
    fc.constantFrom("ahead" as const, "unset" as const, "elsewhere" as const, "missing" as const),
  ),
});
type DrawnItem = typeof item extends fc.Arbitrary<infer T> ? T : never;

/** Half a cubic metre, or half a millimetre, at a time; in between it stands still. */
const registerAt = (n: number) => (n < 48 ? 100 + Math.floor(n / 4) * 0.5 : 90 + Math.floor(n / 3) / 10);

function itemOf(model: KeptModel, device: number, drawn: DrawnItem): Item {
  const at = resolve(model, drawn.when);
  const values: Item = device === 2 ? { ...drawn.rain } : { ...drawn.gas };
  const register = registerAt(drawn.when.n);
  if (drawn.counted) values[model.counter] = drawn.wrong(register);
  switch (drawn.clock) {
    case "right":
      return { observedAt: new Date(at).toISOString(), ...values };
    case "ahead":
      return { observedAt: new Date(at + 10_000 * HOUR).toISOString(), ...values };
    case "unset":
      return { observedAt: "2000-01-01T00:00:12.000Z", ...values };
    case "elsewhere":
      return { ts: at, ...values };
    case "missing":
      // Alone it would have the time of its arrival, which nobody can foretell; `alone` sends those.
      return { ...values, ts: at };
  }
}

const meter = fc.nat({ max: 2 });
const message = fc.oneof(
  fc.record({
    by: fc.constant("device" as const),
    parts: fc
      .record({ device: meter, items: fc.array(item, { minLength: 1, maxLength: 5 }) })
      .map((part) => [part]),
  }),
  fc.record({
    by: fc.constant("gateway" as const),
    parts: fc.uniqueArray(
      fc.record({ device: fc.nat({ max: 1 }), items: fc.array(item, { minLength: 1, maxLength: 3 }) }),
      {
        minLength: 1,
        maxLength: 2,
        selector: ({ device }) => device,
      },
    ),
  }),
);

const exchange = fc.record({
  does: fc.constant("exchange" as const),
  device: meter,
  n: fc.nat({ max: LAST }),
  before: fc.boolean(),
  oldRegister: fc.constantFrom(100, 110.5, 124),
  newRegister: fc.constantFrom(0, 0.5, 800),
});
const takeBack = fc.record({ does: fc.constant("take back" as const), device: meter });
const keep = fc.record({ does: fc.constant("keep" as const), n: fc.nat({ max: 47 }) });

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant("send" as const),
      messages: fc.array(message, { minLength: 1, maxLength: 5 }),
      repeated: fc.boolean(),
      death: fc.option(
        fc.record({
          after: fc.nat({ max: 5 }),
          how: fc.constantFrom<Death["how"][]>("is lost", "loses its answer"),
        }),
        { nil: undefined, freq: 3 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant("alone" as const), device: meter, n: fc.nat({ max: 2 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("move" as const),
      device: meter,
      to: fc.constantFrom("north" as const, "south" as const),
      namesGateway: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: exchange },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("fill" as const),
      from: fc.nat({ max: 5 }),
      trembles: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: takeBack },
  { weight: 2, arbitrary: keep },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("restart" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function ordinary(model: KeptModel, { from, trembles }: { from: number; trembles: boolean }): Item[] {
  const items: Item[] = [];
  for (let n = from; n < 48; n += 6) {
    // Two of three show a last digit less than the register that stands still.
    const register = trembles ? 104 - (items.length % 3 === 0 ? 0 : 0.001) : registerAt(n);
    items.push({ observedAt: new Date(momentOf(n)).toISOString(), [model.counter]: register });
  }
  return items;
}

/** Does the steps of a story, and tells the world's model. */
export async function play(world: KeptWorld, steps: readonly Step[]): Promise<void> {
  for (const one of steps) {
    switch (one.does) {
      case "send": {
        const messages: Message[] = one.messages.map(({ by, parts }) => ({
          by,
          parts: parts.map(({ device, items }) => ({
            device,
            items: items.map((drawn) => itemOf(world.models[device]!, device, drawn)),
          })),
        }));
        await world.send(one.repeated ? [...messages, { ...messages[0]! }] : messages, one.death);
        break;
      }
      case "fill":
        // Ordinary readings, among which the others stand out.
        await world.send(
          world.models.slice(0, 3).map((model, device) => ({
            by: "device" as const,
            parts: [{ device, items: ordinary(model, one) }],
          })),
        );
        break;
      case "alone":
        await world.sendTimeless(
          one.device,
          { [world.models[one.device]!.counter]: 130 + one.n },
          momentOf(46) + one.n,
        );
        break;
      case "move":
        await world.move(one.device, one.to, one.namesGateway && one.device !== 2);
        break;
      case "exchange":
        await world.exchange(
          one.device,
          momentOf(one.n) - (one.before ? HOUR / 4 : 0),
          one.oldRegister,
          one.newRegister,
        );
        break;
      case "take back":
        await world.takeBack(one.device);
        break;
      case "keep":
        await world.keep(momentOf(one.n));
        break;
      case "restart":
        await world.restart();
        break;
    }
  }
}

/** Often all days are kept at the end, and a person may have changed something since. */
const end = fc.oneof(
  fc.constant<Step[]>([]),
  fc
    .array(fc.oneof(exchange, exchange, takeBack), { maxLength: 2 })
    .map((changes): Step[] => [{ does: "keep", n: 47 }, ...changes]),
);
export const story = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 12 }), end)
  .map(([steps, last]) => [...steps, ...last]);
