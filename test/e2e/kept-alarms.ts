import { expect } from "vitest";
import { isOwn, mayKnow } from "./kept-checks.ts";
import type { Item } from "./kept-model.ts";
import { CALLERS } from "./kept-stage.ts";
import type { KeptWorld } from "./kept-world.ts";

/** Alarms at the end of a story: whatever was before, they follow what devices say now. */

/** What is wrong with nothing, and what raises these alarms. */
const CALM: readonly Item[] = [
  { volume: 130, flow: 0.5, pressure: 2, temperature: 21, battery: 3.6, valve: "open" },
  { volume: 130, flow: 0.5, pressure: 2, temperature: 21, battery: 3.6, valve: "open" },
  { rain: 130, intensity: 0, temperature: 20, battery: 12.9, heater: "off", wind: 3, hail: 3 },
];
const STORM: readonly { readonly says: Item; readonly raises: readonly string[] }[] = [
  { says: { flow: 9, pressure: 12 }, raises: ["flow_high", "pressure_high"] },
  { says: { pressure: 0.2, temperature: -60 }, raises: ["off_scale_temperature", "pressure_low"] },
  { says: { intensity: 900, temperature: 99 }, raises: ["intensity_high", "off_scale_temperature"] },
];
/** Nobody but a person, or another event, clears these. */
const BY_EVENT = new Set(["leak", "clogged"]);

type Alarm = {
  id: number;
  deviceId: string;
  rule: string;
  state: string;
  raisedAt: string;
  regionCode: string;
};

const activeOf = async (world: KeptWorld, id: string) =>
  ((await world.list(`/alarms?device=${id}`, "platform")) as Alarm[]).map(({ rule }) => rule).sort();

async function say(world: KeptWorld, device: number, values: Item): Promise<void> {
  const model = world.models[device]!;
  let at = Date.now();
  while (model.moments.has(at)) at++;
  const item = { observedAt: new Date(at).toISOString(), ...values };
  await world.send([{ by: "device", channel: "telemetry", part: { device, items: [item] } }]);
}

export async function checkAlarms(world: KeptWorld): Promise<void> {
  for (const [device, calm] of CALM.entries()) {
    const { id } = world.models[device]!;
    await say(world, device, calm);
    const left = (await activeOf(world, id)).filter((rule) => !BY_EVENT.has(rule));
    expect([id, "calm", left]).toEqual([id, "calm", []]);
    const { says, raises } = STORM[device]!;
    await say(world, device, says);
    const raised = (await activeOf(world, id)).filter((rule) => !BY_EVENT.has(rule));
    expect([id, "storm", raised]).toEqual([id, "storm", raises]);
  }
  for (const model of world.living) {
    const url = `/alarms?state=all&device=${model.id}`;
    const all = (await world.list(url, "platform")) as Alarm[];
    const active = all.filter(({ state }) => state === "active").map(({ rule }) => rule);
    expect([model.id, active]).toEqual([model.id, [...new Set(active)]]);
    for (const caller of CALLERS) {
      const found = (await world.list(url, caller)) as Alarm[] | undefined;
      const own = all.filter(({ raisedAt }) => isOwn(world, caller, model, Date.parse(raisedAt)));
      expect([caller, found?.map(({ id }) => id)]).toEqual([
        caller,
        mayKnow(world, caller, model) ? own.map(({ id }) => id) : undefined,
      ]);
    }
  }
}

/** Who was heard is known to have been, and nobody else. */
export async function checkStatus(world: KeptWorld): Promise<void> {
  const heard = new Set(world.models.slice(0, 3).map(({ id }) => id));
  for (const { id } of world.living) {
    const { status, lastSeenAt } = await world.get(`/devices/${id}`, "platform");
    if (heard.has(id))
      expect([id, status, Date.now() - Date.parse(lastSeenAt) < 600_000]).toEqual([id, "ok", true]);
    else expect([id, status === "never"]).toEqual([id, lastSeenAt === null]);
  }
}
