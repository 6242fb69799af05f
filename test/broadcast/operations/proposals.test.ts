import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { UNLIMITED } from "../../../access/limits.ts";
import { createLogger } from "../../../base/log.ts";
import { broadcastReach } from "../../../broadcast/lifecycle/index.ts";
import { type Proposals, readProposalRule, startProposals } from "../../../broadcast/operations/proposals.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import { listBroadcasts } from "../../../store/broadcast/lists.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { insertSpeaker, insertVillages } from "../fixtures.ts";

let db: TestDatabase;
const running: Proposals[] = [];

const rule = readProposalRule("gas-meter:leak=12P09/2");
if (typeof rule === "string") throw new Error(rule);

function start(onProposed: (broadcast: Broadcast) => void = () => {}): Proposals {
  const proposals = startProposals({
    pool: db.pool,
    log: createLogger("silent"),
    rules: [rule as Exclude<typeof rule, string>],
    issuer: "test-platform",
    now: () => new Date(),
    onProposed,
    everyMs: 3_600_000,
  });
  running.push(proposals);
  return proposals;
}

async function raise(deviceNo: number, name = "leak", raisedAt = new Date()): Promise<number> {
  const { rows } = await db.pool.query<{ alarm_no: number }>(
    `insert into alarms (device_no, rule, severity, message, raised_at) values ($1, $2, 'critical', 'm', $3)
     returning alarm_no`,
    [deviceNo, name, raisedAt],
  );
  return rows[0]!.alarm_no;
}

const proposed = async () =>
  (await listBroadcasts(db.pool, {}, broadcastReach(UNLIMITED, null), { limit: 100 })).items;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertVillages(db.pool);
  await insertSpeaker(db.pool, "sp-1", "520326001001");
  const camera = { kind: "camera" };
  await insertSpeaker(db.pool, "cam-near", "520326001001", { ...camera, at: [107.881, 28.52] });
  await insertSpeaker(db.pool, "cam-next", "520326001002", { ...camera, at: [107.9, 28.52] });
  await insertSpeaker(db.pool, "cam-far", "520326002001", { ...camera, at: [108, 28.6] });
  await insertSpeaker(db.pool, "cam-farther", "520326002001", { ...camera, at: [108.2, 28.7] });
  await insertSpeaker(db.pool, "cam-other-county", "520327001001", { ...camera, at: [107.88, 28.52] });
  await insertSpeaker(db.pool, "cam-nowhere", "520326001001", camera);
});
afterEach(async () => {
  for (const proposals of running.splice(0)) await proposals.stop();
  await db.pool.query("update alarms set cleared_at = now()");
});
afterAll(() => db.drop());

describe("an alarm that asks for a warning", () => {
  it("proposes one draft for its village with the nearest cameras, and nothing is released", async () => {
    const meter = await insertSpeaker(db.pool, "meter-1", "520326001001", {
      kind: "gas-meter",
      at: [107.88, 28.52],
    });
    const told: Broadcast[] = [];
    const proposals = start((broadcast) => told.push(broadcast));
    const alarmNo = await raise(meter);
    proposals.onRaised([{ rule: "leak" }]);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    // Told again, and looked for again: one alarm, one draft.
    proposals.onRaised([{ rule: "leak" }]);
    await proposals.catchUp();
    await start().catchUp();
    const all = await proposed();
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({
      state: "draft",
      mode: "actual",
      level: 2,
      eventCode: "12P09",
      regions: ["520326001001"],
      createdBy: "platform",
      proposedByAlarm: alarmNo,
      headline: "杨村社区燃气泄漏橙色预警",
      releasedAt: null,
      attachments: [
        { kind: "gas-meter", deviceId: "meter-1", distanceKm: 0 },
        { kind: "camera", deviceId: "cam-near", distanceKm: expect.closeTo(0.098, 2) },
        { kind: "camera", deviceId: "cam-next", distanceKm: expect.closeTo(1.954, 2) },
        { kind: "camera", deviceId: "cam-far", distanceKm: expect.closeTo(14.7, 0) },
      ],
    });
    const history = await listHistory(db.pool, all[0]!.broadcastNo);
    expect(history.map(({ action, actor }) => [action, actor.type])).toEqual([["propose", "platform"]]);
  });

  it("is caught up with when it was raised while the platform was down", async () => {
    const meter = await insertSpeaker(db.pool, "meter-2", "520326001002", { kind: "gas-meter" });
    const alarmNo = await raise(meter, "leak", new Date(Date.now() - 3_600_000));
    await start().catchUp();
    const found = (await proposed()).find(({ proposedByAlarm }) => proposedByAlarm === alarmNo);
    // It has no location: the cameras of its village, without a distance, of which there is none that has one.
    expect(found).toMatchObject({
      regions: ["520326001002"],
      attachments: [
        { kind: "gas-meter", deviceId: "meter-2", distanceKm: null },
        { kind: "camera", deviceId: "cam-next", distanceKm: null },
      ],
    });
  });

  it("is let be when it is over, old, or of another rule or kind", async () => {
    const before = (await proposed()).length;
    const meter = await insertSpeaker(db.pool, "meter-3", "520326001001", { kind: "gas-meter" });
    const speaker = await insertSpeaker(db.pool, "sp-3", "520326001001");
    await raise(meter, "leak", new Date(Date.now() - 25 * 3_600_000));
    await raise(meter, "tamper");
    await raise(speaker, "leak");
    await start().catchUp();
    expect(await proposed()).toHaveLength(before);
  });

  it("is proposed once by two processes that look at the same time", async () => {
    const before = (await proposed()).length;
    const meter = await insertSpeaker(db.pool, "meter-4", "520326001001", { kind: "gas-meter" });
    await raise(meter);
    await Promise.all([start().catchUp(), start().catchUp(), start().catchUp()]);
    expect(await proposed()).toHaveLength(before + 1);
  });
});

describe("a rule of BROADCAST_PROPOSALS", () => {
  it("is read, or refused with what is wrong with it", () => {
    expect(rule).toEqual({ kind: "gas-meter", rule: "leak", eventCode: "12P09", level: 2 });
    expect(readProposalRule("gas-meter:leak")).toContain("expected kind:rule=eventCode/level");
    expect(readProposalRule("gas-meter:leak=12P09/5")).toContain("expected kind:rule=eventCode/level");
    expect(readProposalRule("gas-meter:leak=11Z99/2")).toContain("no template for event code 11Z99");
  });
});
