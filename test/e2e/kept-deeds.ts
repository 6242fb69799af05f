import { parseExact } from "../../base/exact-json.ts";
import { countIn, type Item, type KeptModel, type Outcome } from "./kept-model.ts";
import {
  type AskedRepair,
  coveredBy,
  isSound,
  makeModelRepair,
  momentsOf,
  undoModelRepair,
} from "./kept-repairs.ts";
import type { Caller } from "./kept-stage.ts";
import { GATEWAY, type KeptWorld, UNREGISTERED } from "./kept-world.ts";

/** What people do, in a world and in its model. */

/** Gives a device another owner or region, and perhaps names its gateway anew. */
export async function move(
  world: KeptWorld,
  device: number,
  { to, region, namesGateway }: { to: "north" | "south"; region: string; namesGateway: boolean },
): Promise<void> {
  const model = world.models[device]!;
  const gateway = world.models[GATEWAY]!;
  const place = { tenantId: world.tenants[to], regionCode: region };
  const payload = { ...place, ...(namesGateway ? { gatewayId: gateway.id } : {}) };
  await world.expect(200, { method: "PATCH", url: `/v1/devices/${model.id}`, payload });
  const { rows } = await world.side.pool.query<{ since: number }>(
    "select extract(epoch from placed_since)::float8 * 1000 as since from devices where id = $1",
    [model.id],
  );
  const hasMoved = model.moveTo(Math.round(rows[0]!.since), place);
  const { tenantId, regionCode } = gateway.place;
  const isNear = regionCode.startsWith(region) || region.startsWith(regionCode);
  if (hasMoved && (tenantId !== place.tenantId || !isNear)) model.gatewayId = null;
  if (namesGateway) model.gatewayId = gateway.id;
}

/** Registers the device that nobody knows, as another person does. */
export async function register(world: KeptWorld): Promise<void> {
  const model = world.models[UNREGISTERED]!;
  if (model.isRegistered) return;
  const { id, kind, place, gatewayId } = model;
  const payload = { id, kind, regionCode: place.regionCode, tenantId: place.tenantId, gatewayId };
  await world.expect(201, { method: "POST", url: "/v1/devices", payload });
  model.isRegistered = true;
}

/** Records that a device's register was exchanged, unless one of the same moment is on record. */
export async function exchange(
  world: KeptWorld,
  device: number,
  at: number,
  registers: { oldRegister: number; newRegister: number },
): Promise<void> {
  const { id, counters, exchanges } = world.models[device]!;
  const metric = counters[0]!;
  const payload = { metric, at: new Date(at).toISOString(), ...registers, force: true };
  const isNew = !exchanges.some((one) => one.at === at);
  await world.expect(isNew ? 201 : 409, { method: "POST", url: `/v1/devices/${id}/exchanges`, payload });
  if (isNew) exchanges.push({ at, metric, ...registers });
}

/** Takes back what was recorded first of a device's exchanges, if there is one. */
export async function takeBack(world: KeptWorld, device: number): Promise<void> {
  const { id, exchanges } = world.models[device]!;
  const first = exchanges.shift();
  if (!first) return;
  const { items } = await world.get(`/devices/${id}/exchanges`, "platform");
  const { id: number } = items.find(({ at }: { at: string }) => Date.parse(at) === first.at);
  await world.expect(204, { method: "DELETE", url: `/v1/devices/${id}/exchanges/${number}` });
}

/** Voids or corrects readings of a device, in a time that is the caller's. */
export async function repair(
  world: KeptWorld,
  device: number,
  asked: AskedRepair,
  caller: Caller,
): Promise<void> {
  const model = world.models[device]!;
  const url = `/v1/devices/${model.id}/repairs`;
  const payload = {
    action: asked.corrections ? "correct" : "void",
    from: new Date(asked.from).toISOString(),
    to: new Date(asked.to).toISOString(),
    reason: "it was wrong",
    ...(asked.corrections ? { corrections: asked.corrections } : {}),
  };
  const request = { method: "POST", url, payload } as const;
  if (!world.sees(caller, model.place)) return void (await world.expect(404, request, caller));
  // The time that has gone on to be theirs until now.
  const foreign = model.places.findLastIndex((place) => !world.sees(caller, place));
  const { since } = model.places[foreign + 1]!;
  const moments = momentsOf(model, asked, (at) => at >= since);
  if (moments.length === 0) return void (await world.expect(409, request, caller));
  if (!isSound(model, moments, asked)) return void (await world.expect(400, request, caller));
  const { id, readings } = await world.expect(201, request, caller);
  if (readings !== moments.length) throw new Error(`${readings} repaired, expected ${moments.length}`);
  makeModelRepair(model, id, moments, asked);
}

/** Undoes one of a device's repairs, if there is one. */
export async function undo(world: KeptWorld, device: number, which: number): Promise<void> {
  const model = world.models[device]!;
  if (model.repairs.length === 0) return;
  const one = model.repairs[which % model.repairs.length]!;
  const request = {
    method: "POST",
    url: `/v1/devices/${model.id}/repairs/${one.id}/undo`,
    payload: { reason: "it was right" },
  } as const;
  const stands = one.isActive && !coveredBy(model, one);
  await world.expect(stands ? 200 : 409, request);
  if (stands) undoModelRepair(model, one);
}

type Rejection = {
  id: number;
  reason: string;
  partial: boolean;
  items: number;
  receivedAt: string;
  topic: string;
  replayOutcome: string | null;
};

/** Has one of a device's rejections tried again. */
export async function replay(world: KeptWorld, device: number, which: number): Promise<void> {
  const model = world.models[device]!;
  if (!model.isRegistered) return;
  const all = (await world.list(`/rejections?device=${model.id}`, "platform", 1000)) as Rejection[];
  if (all.length === 0) return;
  const rejection = all[which % all.length]!;
  const request = { method: "POST", url: `/v1/rejections/${rejection.id}/replay` } as const;
  if (rejection.replayOutcome === "stored" || rejection.replayOutcome === "duplicate") {
    return void (await world.expect(409, request));
  }
  const { payload } = await world.get(`/rejections/${rejection.id}`, "platform");
  const { rows } = await world.side.pool.query<{ at: Date }>(
    "select coalesce(observed_at, received_at) as at from rejected_messages where rejection_no = $1",
    [rejection.id],
  );
  const expected = replayInModel(world, model, { ...rejection, at: rows[0]!.at.getTime() }, payload.data);
  const { outcome, detail } = await world.expect(200, request);
  if (outcome !== expected) {
    throw new Error(
      `replay of ${payload.data} (${rejection.reason}): ${outcome}, ${detail}; expected ${expected}`,
    );
  }
}

/** All of it is stored, or nothing. @param rejection `at`: the moment in whose place it was counted */
function replayInModel(
  world: KeptWorld,
  model: KeptModel,
  rejection: Rejection & { readonly at: number },
  text: string,
) {
  const { reason, partial, items, topic } = rejection;
  if (reason === "not_json" || reason === "foreign_topic") return "rejected";
  const receivedAt = Date.parse(rejection.receivedAt);
  const payload = parseExact(text) as Item;
  const isGateways = topic.startsWith("v1/gateways/");
  const parts = isGateways ? Object.entries(payload) : [[model.id, payload] as const];
  const undo = world.models.map((one) => one.remember());
  const taken: { by: KeptModel; outcome: Outcome }[] = [];
  let isWhole = true;
  for (const [id, part] of parts) {
    const by = world.models.find((one) => one.id === id)!;
    const list = [part].flat() as Item[];
    const isAllowed = !isGateways || (by.isRegistered && by.gatewayId === world.models[GATEWAY]!.id);
    if (!isAllowed) isWhole = false;
    const several = list.length > 1 || reason === "time_missing";
    for (const item of isAllowed ? list : []) {
      const isEvent = topic.endsWith("/events");
      taken.push({
        by,
        outcome: isEvent ? by.decideEvent(item, receivedAt, several) : by.decide(item, receivedAt, several),
      });
    }
  }
  const isEventTime = topic.endsWith("/events") && taken.some(({ outcome }) => outcome.refused.length > 0);
  if (!isWhole || isEventTime || taken.some(({ outcome }) => outcome.kind === "rejected")) {
    for (const back of undo) back();
    return "rejected";
  }
  for (const { by, outcome } of taken) {
    by.refuse(outcome, "sure");
    countIn(by.placeAt(outcome.at!).counts, outcome.kind, 1);
    // What is left of an item of which something was kept is that item, and not another.
    if (partial) countIn(model.placeAt(rejection.at).counts, outcome.kind, -1);
  }
  if (!partial) countIn(model.placeAt(rejection.at).counts, "rejected", -items);
  return taken.some(({ outcome }) => outcome.kind === "stored") ? "stored" : "duplicate";
}
