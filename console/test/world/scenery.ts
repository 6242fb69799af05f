import { DEMO_COUNTY } from "../../../seeds/demo-plan.ts";
import { type Fleet, startFleet } from "../../../simulators/fleet.ts";
import { type Ask, askAs, askAsAdministrator } from "./ask.ts";
import { readTownship, seededDevices, TOWNSHIPS } from "./places.ts";
import { connectSpeakers } from "./speakers.ts";
import type { WorldFacts } from "./start-world.ts";

/** What there is to see in the world that all flows share. None of them changes it. */
export interface Scenery {
  /** Behind a gateway, with a day of readings and a leak. */
  readonly meter: string;
  readonly gateway: string;
  readonly speaker: string;
  readonly broadcasts: {
    /** A drill: sounded but for a dead amplifier, a wrong clock and one that is off. */
    readonly ended: string;
    readonly draft: string;
    /** Waits for an approver. */
    readonly pending: string;
    /** Sounds for minutes. */
    readonly onAir: string;
  };
}

const GATEWAY = `gw-${DEMO_COUNTY}-000001`;
const LEAKING = `gm-${DEMO_COUNTY}-000002`;
const METERS = 24;
const CAMERAS = 2;

export interface SceneryOptions {
  /** True: every device of the county reports, for pictures. */
  readonly isLarge?: boolean;
}

/** Long enough for speakers to sound, short enough to be over when pages look at it. */
const DRILL_LASTS_MS = 25_000;

/** Meters behind their gateway with a day of their past, and some cameras. */
async function startDevices(world: WorldFacts, isLarge: boolean): Promise<Fleet> {
  const devices = await seededDevices(world);
  const own = (kind: string) => devices.filter((device) => device.kind === kind);
  const meters = isLarge
    ? own("gas-meter")
    : own("gas-meter")
        .filter(({ gatewayId }) => gatewayId === GATEWAY)
        .slice(0, METERS);
  const cameras = own("camera").slice(0, isLarge ? undefined : CAMERAS);
  const gateways = own("lora-gateway").filter(({ id }) => isLarge || id === GATEWAY);
  return startFleet({
    mqttUrl: `mqtt://127.0.0.1:${world.mqttPort}`,
    devices: [...gateways, ...meters, ...cameras],
    seed: 1,
    speedUp: 1,
    historyDays: 1,
    historyShare: isLarge ? 0.1 : 1,
    loss: 0,
    spreadMs: isLarge ? 8000 : 500,
    scenario: { name: "leak", deviceId: LEAKING },
  });
}

/** Writes a draft. @returns its id and revision */
async function write(ask: Ask, draft: object): Promise<{ id: string; revision: number }> {
  return ask("/v1/broadcasts", { method: "POST", body: draft });
}

const inTime = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Four broadcasts: one that is over, one that somebody writes, one that waits, and one that sounds. */
async function airBroadcasts(
  world: WorldFacts,
  region: string,
  sounding: string,
): Promise<Scenery["broadcasts"]> {
  const [dispatcher, approver] = await Promise.all([
    askAs(world, world.people.dispatcher),
    askAs(world, world.people.approver),
  ]);
  const texts = (headline: string, description: string) => [
    { language: "zh-CN", headline, description },
    { language: "en", headline: "Flash flood warning", description: "This is a drill. Go uphill now." },
  ];
  const common = { eventCode: "11A51", target: { regions: [region] }, repeatCount: 1 };
  const drill = await write(dispatcher, {
    ...common,
    mode: "drill",
    level: 2,
    texts: texts("山洪灾害演练", "这是演练，请立即上山。"),
    expiresAt: inTime(DRILL_LASTS_MS),
  });
  const { revision } = drill;
  await dispatcher(`/v1/broadcasts/${drill.id}/submit`, { method: "POST", body: { revision } });
  await approver(`/v1/broadcasts/${drill.id}/approve`, {
    method: "POST",
    body: { revision, reason: "按计划演练" },
  });
  const draft = await write(dispatcher, {
    ...common,
    mode: "drill",
    level: 3,
    texts: texts("山洪灾害演练", "这是演练，请注意。"),
  });
  const pending = await write(dispatcher, {
    ...common,
    mode: "actual",
    level: 2,
    texts: [{ language: "zh-CN", headline: "山洪灾害橙色预警", description: "请立即上山。" }],
  });
  await dispatcher(`/v1/broadcasts/${pending.id}/submit`, {
    method: "POST",
    body: { revision: pending.revision },
  });
  const onAir = await write(dispatcher, {
    ...common,
    target: { regions: [sounding] },
    repeatCount: 20,
    mode: "actual",
    level: 2,
    texts: [
      {
        language: "zh-CN",
        headline: "山洪灾害橙色预警",
        description: "预计未来三小时上游有强降雨，沿河低洼处可能发生山洪。".repeat(3),
        instruction: "请立即向高处转移，不要过河，不要返回取物。",
      },
    ],
    expiresAt: inTime(3_600_000),
  });
  const heard = { revision: onAir.revision };
  await dispatcher(`/v1/broadcasts/${onAir.id}/submit`, { method: "POST", body: heard });
  await approver(`/v1/broadcasts/${onAir.id}/approve`, {
    method: "POST",
    body: { ...heard, reason: "水位已过警戒线" },
  });
  return { ended: drill.id, draft: draft.id, pending: pending.id, onAir: onAir.id };
}

/** Lets the county live: meters report, speakers listen, a drill sounds. */
export async function startScenery(
  world: WorldFacts,
  { isLarge = false }: SceneryOptions = {},
): Promise<{ readonly facts: Scenery; stop(): Promise<void> }> {
  const ask = askAsAdministrator(world);
  const township = await readTownship(TOWNSHIPS.scenery, world, ask);
  const sounding = await readTownship(TOWNSHIPS.sounding, world, ask);
  const [dead, late, off] = township.speakers.map(({ id }) => id);
  const [fleet, speakers] = await Promise.all([
    startDevices(world, isLarge),
    connectSpeakers(
      world,
      [...township.speakers, ...sounding.speakers].filter(({ id }) => id !== off),
      {
        faults: new Map([
          [dead!, { amplifier_dead: 0 }],
          [late!, { wrong_clock: 7200 }],
        ]),
      },
    ),
  ]);
  const stop = async () => {
    await Promise.all([fleet.stop(0), speakers.stop(0)]);
  };
  try {
    const broadcasts = await airBroadcasts(world, township.code, sounding.code);
    await fleet.caughtUp;
    return { facts: { meter: LEAKING, gateway: GATEWAY, speaker: dead!, broadcasts }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
