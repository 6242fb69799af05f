import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Limits } from "../../access/limits.ts";
import { tablesOf } from "../../app/kind-tables.ts";
import { broadcastReach } from "../../broadcast/lifecycle/index.ts";
import type { Target } from "../../broadcast/message/index.ts";
import { createRootKey } from "../../broadcast/signing/root.ts";
import { askAim, countTarget } from "../../broadcast/targets/index.ts";
import { addKind, catalog, kindsWith } from "../../devices/catalog.ts";
import type { SpeakerFleet } from "../../simulators/speaker/fleet.ts";
import {
  countTargetsOfPage,
  findNearestCameras,
  listBroadcasts,
  readSpeakerReadings,
} from "../../store/broadcast/index.ts";
import { findUnplacedWithoutSpeaker } from "../../store/devices/index.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { siren } from "../helpers/kinds/siren.ts";
import { limitsOf } from "../helpers/limits.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { registerSpeakers, releaseBroadcast, showBroadcast, startSpeakers } from "./broadcast-stage.ts";

const VILLAGE = "520326001001";
const TARGET: Target = { regions: [VILLAGE], polygons: [], circles: [] };
/** Of these nothing but the kind is bounded. */
const SPEAKERS_ONLY = limitsOf({ kinds: ["speaker"] });
const SIRENS_ONLY = limitsOf({ kinds: ["siren"] });
const APART: Limits = [...SPEAKERS_ONLY, ...SIRENS_ONLY];

/** Takes the second kind out of the catalog. Nothing outside this test names it. */
let forget: () => void;
let platform: TestPlatform;
let officer: TestPlatform["api"];
let rootFolder: string;
let fleet: SpeakerFleet;
beforeAll(async () => {
  forget = addKind(siren);
  rootFolder = await mkdtemp(join(tmpdir(), "sbi-root-"));
  const rootFile = join(rootFolder, "root.json");
  const root = await createRootKey(rootFile);
  platform = await startTestPlatform({ BROADCAST_ROOT_KEY: rootFile });
  officer = await signInDutyOfficer(platform.api, platform.platform.httpPort);
  const speakers = [
    ...(await registerSpeakers(platform.api, ["horn"], VILLAGE)),
    ...(await registerSpeakers(platform.api, ["siren-1", "siren-2"], VILLAGE, "siren")),
  ];
  fleet = startSpeakers(platform.platform, speakers, { roots: [root] });
  await fleet.untilListening(speakers.length, 20_000);
});
afterAll(async () => {
  try {
    await fleet.stop(0);
    await platform.stop();
  } finally {
    // The other files of this process have the catalog as it is.
    forget();
  }
  await rm(rootFolder, { recursive: true, force: true });
});

describe("a second kind that sounds", () => {
  it("is found by what it can do", () => {
    expect(kindsWith("sounds")).toEqual(["speaker", "siren"]);
  });

  it("is counted in a preview, as far as the limits hold its kind", async () => {
    const preview = await officer("/v1/broadcasts/preview", { method: "POST", body: { target: TARGET } });
    expect(preview).toMatchObject({ speakers: 3, withinLimits: true, villagesCovered: 1 });
    const seen = async (limits: Limits) => {
      const { preview: counted, allSpeakers } = await countTarget(platform.db.pool, TARGET, limits);
      return [counted.speakers, allSpeakers.length, counted.withinLimits, counted.beyond];
    };
    // An order for a village is for all that sounds there: one of these kinds alone does not give it.
    expect(await seen(SPEAKERS_ONLY)).toEqual([1, 3, false, [VILLAGE]]);
    expect(await seen(SIRENS_ONLY)).toEqual([2, 3, false, [VILLAGE]]);
    expect(await seen(APART)).toEqual([3, 3, true, []]);
    const isWithin = (limits: Limits) => askAim(platform.db.pool, TARGET).isWithin(limits);
    expect([await isWithin(SPEAKERS_ONLY), await isWithin(SIRENS_ONLY), await isWithin(APART)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("covers its village, of which it is not known where it lies", async () => {
    const without = async (sounding: readonly string[]) =>
      (
        await findUnplacedWithoutSpeaker(platform.db.pool, sounding, [VILLAGE.slice(0, 9)], [], SIRENS_ONLY)
      ).map(({ code }) => code);
    expect(await without(kindsWith("sounds"))).toEqual([]);
    expect(await without(["speaker"])).toEqual([VILLAGE]);
  });

  it("obeys no plain command", async () => {
    const body = { name: "play" };
    for (const id of ["horn", "siren-1"]) {
      await expect(platform.api(`/v1/devices/${id}/commands`, { method: "POST", body })).rejects.toThrow(
        /400 .*Speakers obey signed commands only/,
      );
    }
    await platform.register("meter-1");
    await expect(
      platform.api("/v1/devices/meter-1/commands", { method: "POST", body: { name: "close-valve" } }),
    ).rejects.toThrow(/409 .*device_not_listening/);
  });

  it("sounds what is released, is proven by its own readings, and is counted", async () => {
    const { pool } = platform.db;
    const id = await releaseBroadcast(officer, { regions: [VILLAGE] });
    await vi.waitFor(
      async () => expect(await showBroadcast(platform.api, id)).toMatchObject({ state: "completed" }),
      { timeout: 40_000, interval: 50 },
    );
    expect(await showBroadcast(platform.api, id)).toMatchObject({ counts: { targets: 3, sounded: 3 } });
    expect(fleet.counters.playsOf(id)).toEqual(
      new Map([
        ["horn", 1],
        ["siren-1", 1],
        ["siren-2", 1],
      ]),
    );

    const { items } = await listBroadcasts(pool, {}, broadcastReach(SIRENS_ONLY, null), { limit: 10 });
    expect(items.map((item) => item.id)).toEqual([id]);
    const cameras = broadcastReach(limitsOf({ kinds: ["camera"] }), "another");
    expect((await listBroadcasts(pool, {}, cameras, { limit: 10 })).items).toEqual([]);
    // Whose devices they are is asked first, and not whose targets.
    const costs = { manyTargets: 0, targetsALook: 0.1 };
    const counts = await countTargetsOfPage(
      pool,
      [{ ...items[0]! }],
      broadcastReach(SIRENS_ONLY, null),
      costs,
    );
    expect(counts.get(items[0]!.broadcastNo)).toMatchObject({ sounded: 2 });

    // What a start of the platform reads of them: the readings of each kind, for targets without proof.
    await pool.query("update broadcast_targets set state = 'started'");
    const tables = tablesOf(catalog).filter(({ kind }) => kindsWith("sounds").includes(kind));
    const window = {
      broadcastNo: items[0]!.broadcastNo,
      from: new Date(0),
      to: new Date(Date.now() + 60_000),
    };
    const readings = await readSpeakerReadings(pool, tables, [window], {
      minCurrent: 0.5,
      minSoundLevel: 75,
    });
    const { rows } = await pool.query("select device_no from devices where kind in ('speaker', 'siren')");
    expect(new Set(readings.map(({ deviceNo }) => deviceNo))).toEqual(
      new Set(rows.map(({ device_no }) => device_no)),
    );
  }, 60_000);
});

it("finds the nearest devices of every kind that shows, each by its own name", async () => {
  const alarm = { regionCode: VILLAGE, location: null };
  await platform.register("cam-1", "camera");
  const found = await findNearestCameras(platform.db.pool, ["camera", "siren"], alarm, 5);
  expect(found.map(({ kind, deviceId }) => [kind, deviceId])).toEqual([
    ["siren", "siren-1"],
    ["siren", "siren-2"],
    ["camera", "cam-1"],
  ]);
});
