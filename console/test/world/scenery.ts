import { DEMO_COUNTY } from "../../../seeds/demo-plan.ts";
import { type Fleet, startFleet } from "../../../simulators/fleet.ts";
import { askAs, askAsAdministrator } from "./ask.ts";
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
    /** Sounds as well, in another township: only where every device reports. */
    readonly drill?: string;
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

/** Where an actual warning sounds in pictures. */
const MANY_SOUNDING = [TOWNSHIPS.sounding, TOWNSHIPS.writing, TOWNSHIPS.green, TOWNSHIPS.together];

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
    // By this seed the meter that leaks is among the few that have four weeks.
    seed: isLarge ? 16 : 1,
    speedUp: 1,
    historyDays: isLarge ? 28 : 1,
    historyShare: isLarge ? 0.031 : 1,
    loss: 0,
    spreadMs: isLarge ? 8000 : 500,
    scenario: { name: "leak", deviceId: LEAKING },
  });
}

const inTime = (ms: number) => new Date(Date.now() + ms).toISOString();

const DANGER = "预计未来三小时洪渡河上游有强降雨，沿河低洼处可能发生山洪。";
const WHAT_TO_DO = "请沟谷、河道两侧的人立即向高处转移，不要沿沟谷上下游跑，不要过河，不要返回取物。";
const ENGLISH = {
  language: "en",
  headline: "Flash flood warning",
  description:
    "Heavy rain upstream: a flash flood may come within three hours. Go uphill now, and do not cross rivers.",
};
const WARNING = {
  language: "zh-CN",
  headline: "山洪灾害橙色预警",
  description: DANGER,
  instruction: WHAT_TO_DO,
};

interface Draft {
  readonly id: string;
  readonly revision: number;
}

interface Places {
  readonly region: string;
  readonly sounding: readonly string[];
  /** Where a second one sounds. */
  readonly drilled: string | undefined;
}

/** Who writes drafts, and lets them sound. */
interface Officers {
  readonly write: (draft: object) => Promise<Draft>;
  readonly submit: (draft: Draft) => Promise<void>;
  readonly release: (draft: Draft, reason: string) => Promise<string>;
}

async function findOfficers(world: WorldFacts): Promise<Officers> {
  const [dispatcher, approver] = await Promise.all([
    askAs(world, world.people.dispatcher),
    askAs(world, world.people.approver),
  ]);
  const submit = async ({ id, revision }: Draft) => {
    await dispatcher(`/v1/broadcasts/${id}/submit`, { method: "POST", body: { revision } });
  };
  return {
    write: (draft) =>
      dispatcher("/v1/broadcasts", {
        method: "POST",
        body: { eventCode: "11A51", repeatCount: 1, ...draft },
      }),
    submit,
    async release(draft, reason) {
      await submit(draft);
      const body = { revision: draft.revision, reason };
      await approver(`/v1/broadcasts/${draft.id}/approve`, { method: "POST", body });
      return draft.id;
    },
  };
}

const drillTexts = (headline: string, description: string) => [
  { language: "zh-CN", headline, description },
  { ...ENGLISH, description: "This is a drill. Go uphill now." },
];

/** Broadcasts: one that is over, one that somebody writes, one that waits, and those that sound. */
async function airBroadcasts(
  world: WorldFacts,
  { region, sounding, drilled }: Places,
): Promise<Scenery["broadcasts"]> {
  const { write, submit, release } = await findOfficers(world);
  const target = { regions: [region] };
  const ended = await write({
    target,
    mode: "drill",
    level: 2,
    texts: drillTexts("山洪灾害演练", "这是演练，请立即上山。"),
    expiresAt: inTime(DRILL_LASTS_MS),
  });
  await release(ended, "按计划演练");
  const draft = await write({
    target,
    mode: "drill",
    level: 3,
    texts: drillTexts("山洪灾害演练", "这是演练，请注意。"),
  });
  const isLarge = drilled !== undefined;
  const warning = { mode: "actual", level: 2 };
  const pending = await write({
    ...warning,
    target: isLarge ? { regions: [region, ...sounding] } : target,
    texts: isLarge
      ? [WARNING, ENGLISH]
      : [{ ...WARNING, description: "请立即上山。", instruction: undefined }],
  });
  await submit(pending);
  const onAir = await write({
    ...warning,
    target: { regions: sounding },
    repeatCount: 20,
    texts: isLarge ? [WARNING, ENGLISH] : [{ ...WARNING, description: DANGER.repeat(3) }],
    expiresAt: inTime(3_600_000),
  });
  const facts = {
    ended: ended.id,
    draft: draft.id,
    pending: pending.id,
    onAir: await release(onAir, "水位已过警戒线"),
  };
  if (!isLarge) return facts;
  const drill = await write({
    target: { regions: [drilled] },
    repeatCount: 20,
    mode: "drill",
    level: 3,
    texts: drillTexts("【演习】山洪灾害黄色预警", `【演习】${DANGER}${WHAT_TO_DO}【演习】以上是演练内容。`),
    expiresAt: inTime(3_600_000),
  });
  return { ...facts, drill: await release(drill, "按计划演练") };
}

/** Lets the county live: meters report, speakers listen, a drill sounds. */
export async function startScenery(
  world: WorldFacts,
  { isLarge = false }: SceneryOptions = {},
): Promise<{ readonly facts: Scenery; stop(): Promise<void> }> {
  const ask = askAsAdministrator(world);
  const township = await readTownship(TOWNSHIPS.scenery, world, ask);
  const sounding = isLarge ? MANY_SOUNDING : [TOWNSHIPS.sounding];
  const [dead, late, off] = township.speakers.map(({ id }) => id);
  const heard = (await seededDevices(world)).filter(
    ({ kind, regionCode }) =>
      kind === "speaker" &&
      (isLarge || [township.code, ...sounding].some((code) => regionCode.startsWith(code))),
  );
  const [fleet, speakers] = await Promise.all([
    startDevices(world, isLarge),
    connectSpeakers(
      world,
      heard.filter(({ id }) => id !== off),
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
    // First, so that what sounds for minutes does so while pages are looked at.
    if (isLarge) await fleet.caughtUp;
    const broadcasts = await airBroadcasts(world, {
      region: township.code,
      sounding,
      drilled: isLarge ? TOWNSHIPS.air : undefined,
    });
    await fleet.caughtUp;
    return { facts: { meter: LEAKING, gateway: GATEWAY, speaker: dead!, broadcasts }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
