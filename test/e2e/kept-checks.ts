import { expect } from "vitest";
import { parseExact, stringifyExact } from "../../base/exact-json.ts";
import {
  type Counts,
  type Item,
  type KeptModel,
  type ModelRepair,
  OURS,
  type Place,
  readableTime,
} from "./kept-model.ts";
import { isCorrected } from "./kept-repairs.ts";
import { CALLERS, type Caller } from "./kept-stage.ts";
import { GATEWAY, type KeptWorld } from "./kept-world.ts";

/** What each caller finds of a device by its id, held against the model. */

/** Whether a caller may know of a device: it is, or once was, where they may look. */
export const mayKnow = (world: KeptWorld, caller: Caller, model: KeptModel): boolean =>
  model.places.some((place) => world.sees(caller, place));

/** Whether what was at a moment is a caller's. */
export const isOwn = (world: KeptWorld, caller: Caller, model: KeptModel, at: number): boolean =>
  world.sees(caller, model.placeAt(at));

const iso = (at: number) => new Date(at).toISOString();
const withoutNulls = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** Each caller reads the readings that are theirs, and no other. */
export async function checkReadings(world: KeptWorld, model: KeptModel): Promise<void> {
  for (const caller of CALLERS) {
    const expected = model
      .stored()
      .filter(([at]) => isOwn(world, caller, model, at))
      .map(([at, values]) => ({ at: iso(at), values, corrected: isCorrected(model, at) }));
    const url = `/devices/${model.id}/readings?order=asc`;
    const items = await world.list(url, caller);
    const found = items?.map(({ observedAt, metrics, extra, corrected }) => ({
      at: observedAt,
      values: {
        ...withoutNulls(metrics as Item),
        ...Object.fromEntries(
          Object.entries((extra as Item) ?? {}).map(([key, value]) => [`+${key}`, value]),
        ),
      },
      corrected,
    }));
    expect([caller, found]).toEqual([caller, mayKnow(world, caller, model) ? expected : undefined]);
    if (caller === "north" || caller === "platform") await checkReadingsCsv(world, model, url, caller);
  }
}

/** The quantities and moments as CSV are those of JSON. */
async function checkReadingsCsv(
  world: KeptWorld,
  model: KeptModel,
  url: string,
  caller: Caller,
): Promise<void> {
  const [head, ...lines] = (await world.csv(url, caller)) ?? [];
  if (!head) return;
  const found = lines.map((cells) => {
    const named = Object.fromEntries(head.map((name, i) => [name, cells[i]]));
    const values = Object.keys(model.metrics).filter((key) => named[key] !== "");
    return [named.observedAt, ...values.map((key) => `${key}=${named[key]}`)];
  });
  const expected = model
    .stored()
    .filter(([at]) => isOwn(world, caller, model, at))
    .map(([at, values]) => [
      iso(at),
      ...Object.keys(model.metrics).flatMap((key) => (key in values ? [`${key}=${values[key]}`] : [])),
    ]);
  expect([caller, found]).toEqual([caller, expected]);
}

/** So are the events. */
export async function checkEvents(world: KeptWorld, model: KeptModel): Promise<void> {
  for (const caller of CALLERS) {
    const items = await world.list(`/events?device=${model.id}`, caller, 3);
    const found = items?.map(({ observedAt, eventId, type, data, regionCode }) =>
      stringifyExact([observedAt, named(eventId as string), type, regionCode, sorted(data as Item)]),
    );
    const expected = model.events
      .filter(({ at }) => isOwn(world, caller, model, at))
      .map(({ at, eventId, type, data }) =>
        stringifyExact([iso(at), named(eventId), type, model.placeAt(at).regionCode, sorted(data)]),
      );
    expect([caller, found?.toSorted()]).toEqual([
      caller,
      mayKnow(world, caller, model) ? expected.toSorted() : undefined,
    ]);
  }
}

/** A name of the device's own; which one the platform gives does not matter. */
const named = (eventId: string) => (/^auto[- ]/.test(eventId) ? OURS : eventId);

const sorted = (values: object) => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

type Rejection = Record<string, unknown> & { id: number; reason: string; partial: boolean };

/**
 * Values that were refused are on record: once, or twice where nobody knows whether they came twice.
 * @returns how many items are refused by what each caller finds there
 */
export async function checkRejections(world: KeptWorld, model: KeptModel): Promise<Map<Caller, number>> {
  const found: string[] = [];
  const places = new Map<number, Place | undefined>();
  const items = new Map<number, number>();
  const all = (await world.list(`/rejections?device=${model.id}`, "platform", 10)) as Rejection[];
  for (const rejection of all) {
    const { id, reason, partial, publisher, replayOutcome } = rejection;
    const times = reason === "foreign_topic" ? (rejection.messages as number) : 1;
    const isReplayed = replayOutcome === "stored" || replayOutcome === "duplicate";
    items.set(id, partial || isReplayed ? 0 : (rejection.items as number));
    const { data } = (await world.get(`/rejections/${id}`, "platform")).payload;
    const refused = valuesIn(model, reason, publisher === model.id, data);
    places.set(id, placeOf(model, rejection, refused[0]!));
    for (let n = 0; n < times; n++) {
      for (const { observedAt = null, ...values } of refused) {
        for (const [name, value] of Object.entries(values)) {
          found.push(stringifyExact([reason, partial, observedAt, name, value]));
        }
      }
    }
  }
  const left = [...found];
  const missing = model.refused.sure.filter((text) => !takeFrom(left, text));
  const perhaps = [...model.refused.perhaps];
  const extra = left.filter((text) => !takeFrom(perhaps, text));
  expect({ device: model.id, missing, extra }).toEqual({ device: model.id, missing: [], extra: [] });
  const sure = ({ id }: { readonly id?: unknown }) => places.get(id as number) !== undefined;
  const refused = new Map<Caller, number>();
  for (const caller of CALLERS) {
    const own = all.filter(sure).filter(({ id }) => world.sees(caller, places.get(id)!));
    const theirs = (await world.list(`/rejections?device=${model.id}`, caller)) ?? [];
    expect([caller, theirs.filter(sure).map(({ id }) => id)]).toEqual([caller, own.map(({ id }) => id)]);
    refused.set(
      caller,
      theirs.reduce((sum, { id }) => sum + items.get(id as number)!, 0),
    );
  }
  return refused;
}

/**
 * Whose a rejection is: of the place of its items' time, and without one that can be read of the place of its arrival.
 * @returns undefined where a clock ran ahead of the first move, for which only the platform knows whether it was behind
 *   it that a replay has put this on record
 */
function placeOf(model: KeptModel, { reason, receivedAt }: Rejection, item: Item): Place | undefined {
  const received = Date.parse(receivedAt as string);
  const atReceipt = model.placeAt(received);
  const own = readableTime(item.observedAt, received);
  if (own === undefined || atReceipt === model.placeAt(own)) return atReceipt;
  const hadMoved = atReceipt !== model.places[0];
  return hadMoved || reason === "conflict" ? model.placeAt(own) : undefined;
}

function takeFrom(list: string[], text: string): boolean {
  const place = list.indexOf(text);
  if (place >= 0) list.splice(place, 1);
  return place >= 0;
}

function valuesIn({ id }: KeptModel, reason: string, isPublisher: boolean, text: string): Item[] {
  if (reason === "not_json" || reason === "foreign_topic") return [{ payload: text }];
  const payload = parseExact(text) as Item;
  if (reason === "not_assigned" || reason === "unknown_device") return [payload];
  return [isPublisher ? payload : payload[id]].flat() as Item[];
}

const sumOf = (places: readonly Place[], which: "counts" | "perhaps"): Counts => {
  const sum: Counts = { received: 0, stored: 0, duplicate: 0, rejected: 0 };
  for (const place of places) {
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += place[which][key];
  }
  return sum;
};

/**
 * Each caller has the account of what is of a time in which the device was where they may look.
 * @param refused how many items are refused by what each finds on record
 */
export async function checkLedger(
  world: KeptWorld,
  model: KeptModel,
  refused: ReadonlyMap<Caller, number>,
): Promise<void> {
  for (const caller of CALLERS) {
    const ledger: (Counts & { pending: number }) | undefined = await world.get(
      `/devices/${model.id}/ledger`,
      caller,
    );
    expect([caller, ledger !== undefined]).toEqual([caller, mayKnow(world, caller, model)]);
    if (!ledger) continue;
    const places = model.places.filter((place) => world.sees(caller, place));
    const [counts, perhaps] = [sumOf(places, "counts"), sumOf(places, "perhaps")];
    const { received, stored, duplicate, rejected, pending } = ledger;
    const said = `${model.id} as ${caller}: ${JSON.stringify({ ledger, counts, perhaps })}`;
    expect({ said, stored, sum: received, pending }).toEqual({
      said,
      stored: counts.stored,
      sum: stored + duplicate + rejected,
      pending: 0,
    });
    expect([said, rejected]).toEqual([said, refused.get(caller)]);
    // What was refused of a clock that ran ahead goes along with a device that moves, as its rejection does.
    const isWhole = places.length === model.places.length;
    for (const key of isWhole ? (["duplicate", "rejected"] as const) : (["duplicate"] as const)) {
      const again = ledger[key] - counts[key];
      expect([said, key, again >= 0 && again <= perhaps[key]]).toEqual([said, key, true]);
    }
  }
}

/** The ledger of many devices says of each what its own says. */
export async function checkLedgers(world: KeptWorld): Promise<void> {
  for (const caller of ["north", "south", "both"] as const) {
    const found = await world.list("/ledger", caller, 2);
    const expected = [];
    for (const { id, kind, place } of inOrder(world)) {
      if (!world.sees(caller, place)) continue;
      const own = await world.get(`/devices/${id}/ledger`, caller);
      expected.push({ deviceId: id, kind, regionCode: place.regionCode, ...own });
    }
    expect([caller, found]).toEqual([caller, expected]);
    const csv = await world.csv("/ledger", caller);
    expect(csv?.slice(1)).toEqual(expected.map((one) => csv![0]!.map((name) => String(one[name]))));
  }
}

/** In the order in which they were registered. */
const inOrder = ({ models, living }: KeptWorld): KeptModel[] =>
  [models[GATEWAY]!, ...models.filter((_, index) => index !== GATEWAY)].filter((one) => living.includes(one));

/** The newest value of each quantity in a caller's time. */
function newestOf(world: KeptWorld, caller: Caller, model: KeptModel) {
  const newest: Record<string, { value: unknown; observedAt: string }> = {};
  for (const [at, values] of model.stored()) {
    if (!isOwn(world, caller, model, at)) continue;
    for (const [name, value] of Object.entries(values)) {
      if (name in model.metrics) newest[name] = { value, observedAt: iso(at) };
    }
  }
  return newest;
}

export async function checkLatest(world: KeptWorld, model: KeptModel): Promise<void> {
  for (const caller of CALLERS) {
    const newest = newestOf(world, caller, model);
    const latest = await world.get(`/devices/${model.id}/latest`, caller);
    if (latest) expect([caller, withoutNulls(latest.metrics)]).toEqual([caller, newest]);
    else expect([caller, newest]).toEqual([caller, {}]);
  }
}

/** The newest values of many devices are those of each. */
export async function checkLatestList(world: KeptWorld, kind: string): Promise<void> {
  for (const caller of ["north", "south", "both"] as const) {
    const models = inOrder(world).filter((one) => one.kind === kind && world.sees(caller, one.place));
    const found = (await world.list(`/latest?kind=${kind}`, caller, 1))!.map(
      ({ deviceId, observedAt, regionCode, metrics }) => ({
        deviceId,
        observedAt,
        regionCode,
        metrics: withoutNulls(metrics as Item),
      }),
    );
    const expected = models.map((model) => {
      const metrics = newestOf(world, caller, model);
      const observedAt = Object.values(metrics).reduce<string | null>(
        (newest, value) => (newest === null || value.observedAt > newest ? value.observedAt : newest),
        null,
      );
      return { deviceId: model.id, observedAt, regionCode: model.place.regionCode, metrics };
    });
    expect([caller, kind, found]).toEqual([caller, kind, expected]);
  }
}

/** What people did to readings is shown to those whose time it was, with the readings as they were. */
export async function checkRepairs(world: KeptWorld, model: KeptModel): Promise<void> {
  if (model.repairs.length === 0) return;
  for (const caller of CALLERS) {
    const ownIn = ({ touched }: ModelRepair) =>
      [...touched].filter(([at]) => isOwn(world, caller, model, at)).sort(([a], [b]) => a - b);
    const own = model.repairs.filter((one) => ownIn(one).length > 0).toReversed();
    const found = await world.list(`/devices/${model.id}/repairs`, caller, 2);
    expect([caller, found?.map(({ id, undone }) => [id, undone === null])]).toEqual([
      caller,
      mayKnow(world, caller, model) ? own.map(({ id, isActive }) => [id, isActive]) : undefined,
    ]);
    for (const one of own) {
      const items = await world.list(`/devices/${model.id}/repairs/${one.id}/readings`, caller, 3);
      const before = items!.map(({ observedAt, metrics }) => [observedAt, withoutNulls(metrics as Item)]);
      expect([caller, one.id, before]).toEqual([
        caller,
        one.id,
        ownIn(one).map(([at, { before: values }]) => [
          iso(at),
          Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("+"))),
        ]),
      ]);
    }
  }
}
