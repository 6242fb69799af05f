import { z } from "zod";
import type { Fault } from "../../base/errors.ts";
import { parameterFaults } from "../command-parameters.ts";
import type { KindDefinition, KindExample, Metrics } from "../kind.ts";
import { round } from "../noise.ts";

/**
 * Faults of examples that show without the code that takes messages in: shape, names and ranges. A test sends all of
 * them through that code.
 */

type Item = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const moment = z.union(
  [z.iso.datetime({ offset: true }), z.number()],
  "expected RFC 3339 or epoch milliseconds",
);
const name = z.string("expected a text").min(1, "expected a name");
const eventSchema = z.looseObject({ eventId: name.optional(), observedAt: moment });
const replySchema = z.looseObject({ commandId: name, outcome: name, observedAt: moment });
const commandSchema = z.looseObject({ commandId: name, name });

/** Faults of a kind's examples: those that are to be kept whole would be, as far as the kind itself can tell. */
export function* exampleFaults(definition: KindDefinition, telemetry: z.ZodType): Generator<Fault> {
  const { examples, events, commands = [] } = definition;
  const isWhole = (example: KindExample, channel: string) =>
    (example.channel ?? "telemetry") === channel && "accepts" in example && !example.partial;
  const missing = [
    ["telemetry", true],
    ["events", events.length > 0],
    ["commands", commands.length > 0],
    ["replies", commands.length > 0],
  ] as const;
  for (const [channel, isNeeded] of missing) {
    if (isNeeded && !examples.some((example) => isWhole(example, channel)))
      yield { path: "/examples", message: `expected one of ${channel} of which everything is kept` };
  }
  const abouts = examples.map(({ about }) => about);
  for (const [index, example] of examples.entries()) {
    const path = `/examples/${index}`;
    if (example.about.trim() === "" || abouts.indexOf(example.about) < index)
      yield {
        path: `${path}/about`,
        message: `'${example.about}': expected a text that no other example has`,
      };
    if (!("accepts" in example)) continue;
    const items: unknown[] = Array.isArray(example.message) ? example.message : [example.message];
    if (items.length !== example.accepts) {
      yield {
        path: `${path}/accepts`,
        message: `the message has ${items.length} items: expected ${items.length} and not ${example.accepts}`,
      };
    }
    for (const [at, item] of items.entries()) {
      const where = Array.isArray(example.message) ? `${path}/message/${at}` : `${path}/message`;
      if (!isObject(item)) yield { path: where, message: "expected an object" };
      else if (!example.partial) yield* itemFaults(definition, telemetry, example.channel, item, where);
    }
  }
}

function* itemFaults(
  definition: KindDefinition,
  telemetry: z.ZodType,
  channel: KindExample["channel"],
  item: Item,
  path: string,
): Generator<Fault> {
  switch (channel) {
    case "events":
      yield* eventFaults(definition, item, path);
      break;
    case "replies":
      yield* shapeFaults(replySchema, item, path);
      break;
    case "commands":
      yield* commandFaults(definition, item, path);
      break;
    default:
      yield* shapeFaults(telemetry, item, path);
      yield* readingFaults(definition.metrics, item, path);
  }
}

function* shapeFaults(schema: z.ZodType, item: Item, path: string): Generator<Fault> {
  for (const { path: keys, message } of schema.safeParse(item).error?.issues ?? [])
    yield { path: [path, ...keys].join("/"), message };
}

function* readingFaults(metrics: Metrics, item: Item, path: string): Generator<Fault> {
  const known = Object.keys(metrics);
  if (item.observedAt === undefined || item.observedAt === null)
    yield { path, message: "no `observedAt`: expected a time, as examples may be sent together" };
  if (!known.some((key) => (item[key] ?? null) !== null))
    yield { path, message: `it measures nothing that the kind knows: expected one of ${known.join(", ")}` };
  const plain = (key: string) => key.replaceAll(/[_-]/g, "").toLowerCase();
  for (const [key, value] of Object.entries(item)) {
    const at = `${path}/${key}`;
    const metric = Object.hasOwn(metrics, key) ? metrics[key] : undefined;
    if (metric === undefined) {
      const meant = known.find((one) => plain(one) === plain(key));
      if (meant !== undefined) yield { path: at, message: `no quantity is named so: expected '${meant}'` };
    } else if (typeof value === "number") {
      const { decimals, sentinels = [] } = metric;
      if (sentinels.includes(value))
        yield { path: at, message: `${value} says that the sensor has no value: expected a measurement` };
      if (decimals !== undefined && round(value, decimals) !== value)
        yield {
          path: at,
          message: `${value} has more than ${decimals} decimals: expected what is kept of it`,
        };
    }
  }
}

function* eventFaults({ decodeEvent, events }: KindDefinition, item: Item, path: string): Generator<Fault> {
  let event: Item;
  try {
    event = decodeEvent?.(item) ?? item;
  } catch (error) {
    yield { path, message: `it does not decode: ${(error as Error).message}` };
    return;
  }
  const types = events.map(({ type }) => type);
  if (!types.some((type) => type === event.type))
    yield { path: `${path}/type`, message: `'${event.type}': expected one of ${types.join(", ")}` };
  yield* shapeFaults(eventSchema, event, path);
}

function* commandFaults({ commands = [] }: KindDefinition, item: Item, path: string): Generator<Fault> {
  yield* shapeFaults(commandSchema, item, path);
  const names = commands.map((command) => command.name);
  const meant = commands.find((command) => command.name === item.name);
  if (meant) {
    const given = isObject(item.parameters) ? item.parameters : {};
    for (const fault of parameterFaults(meant, given)) yield { ...fault, path: path + fault.path };
  } else yield { path: `${path}/name`, message: `'${item.name}': expected one of ${names.join(", ")}` };
}
