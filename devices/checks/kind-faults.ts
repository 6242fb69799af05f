import type { z } from "zod";
import type { Fault } from "../../base/errors.ts";
import { IDENTITY_SCHEMES } from "../identities.ts";
import type { KindDefinition } from "../kind.ts";
import { alarmFaults, scenarioFaults } from "./alarms.ts";
import { capabilityFaults } from "./capabilities.ts";
import { commandTypeFaults } from "./commands.ts";
import { exampleFaults } from "./examples.ts";
import { KEBAB_CASE, nameFaults, SNAKE_CASE, textFaults } from "./names.ts";
import { quantityFaults } from "./quantities.ts";

/** The API's limit for a kind's name; with `readings_` before it, it is a table's. */
const LONGEST_KIND = 40;
/** The ends of the tables and views that a kind has beside the one of its readings. */
const ENDS_OF_TABLES = /-(1h|1d|1d-open|1d-sums|latest)$/;
const LONGEST_EVENT = 64;
/** Shorter texts do not say where figures come from. */
const SHORTEST_SOURCE = 10;
const MONTH_SECONDS = 31 * 86_400;

/**
 * Every promise of a kind that does not hold: paths are JSON pointers into the definition.
 * @param telemetry the schema that follows from its quantities
 */
export function kindFaults(definition: KindDefinition, telemetry: z.ZodType): Fault[] {
  return [
    ...headFaults(definition),
    ...identityFaults(definition),
    ...quantityFaults(definition.metrics),
    ...eventTypeFaults(definition),
    ...commandTypeFaults(definition),
    ...alarmFaults(definition),
    ...scenarioFaults(definition),
    ...exampleFaults(definition, telemetry),
    ...capabilityFaults(definition),
  ];
}

function* headFaults({ kind, title, source, reportIntervalSeconds }: KindDefinition): Generator<Fault> {
  if (!KEBAB_CASE.test(kind) || kind.length > LONGEST_KIND)
    yield { path: "/kind", message: `'${kind}': expected kebab-case of at most ${LONGEST_KIND} characters` };
  const [end] = ENDS_OF_TABLES.exec(kind) ?? [];
  if (end !== undefined)
    yield {
      path: "/kind",
      message: `'${kind}': expected a name that does not end in '${end}', as tables do`,
    };
  yield* textFaults("/title/en", title.en);
  if (!/\p{Script=Han}/u.test(title.zh))
    yield { path: "/title/zh", message: `'${title.zh}': expected a title in Chinese` };
  if (source.trim().length < SHORTEST_SOURCE)
    yield { path: "/source", message: `'${source}': expected where its figures come from` };
  if (!(reportIntervalSeconds >= 1 && reportIntervalSeconds <= MONTH_SECONDS)) {
    yield {
      path: "/reportIntervalSeconds",
      message: `${reportIntervalSeconds}: expected from 1 second to 31 days, in seconds`,
    };
  }
}

function* identityFaults({ identities = [] }: KindDefinition): Generator<Fault> {
  for (const [index, scheme] of identities.entries()) {
    const path = `/identities/${index}`;
    if (!IDENTITY_SCHEMES.includes(scheme))
      yield { path, message: `'${scheme}': expected one of ${IDENTITY_SCHEMES.join(", ")}` };
    if (identities.indexOf(scheme) !== index) yield { path, message: `'${scheme}': expected it once` };
  }
}

function* eventTypeFaults({ events }: KindDefinition): Generator<Fault> {
  const types = events.map(({ type }) => type);
  yield* nameFaults(types, { path: "/events", noun: "event", form: SNAKE_CASE, longest: LONGEST_EVENT });
  for (const [index, { about }] of events.entries()) yield* textFaults(`/events/${index}/about`, about);
}
