import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideOnTarget,
  patienceAfterExpiry,
  patienceOf,
  type TargetSurroundings,
} from "../../../broadcast/dispatch/deadlines.ts";
import { OnAirBroadcast } from "../../../broadcast/dispatch/on-air.ts";
import { DISPATCH_SETTINGS } from "../../../broadcast/dispatch/settings.ts";
import { OnAirTarget } from "../../../broadcast/dispatch/target.ts";
import { spokenSeconds } from "../../../broadcast/message/spoken-length.ts";
import type { Standing } from "../../../broadcast/proof/proof.ts";
import { PROOF_RULES } from "../../../broadcast/proof/proof-facts.ts";
import { scriptOf, voiceOf } from "../../../simulators/speaker/script.ts";
import { startOrder } from "../../simulators/speaker/commands.ts";

const RELEASED = Date.parse("2026-05-01T00:00:00Z");
const HOUR_MS = 3_600_000;
/** 45 characters: ten seconds. */
const TEXT = { language: "zh-CN", headline: "山洪", description: "请".repeat(45) };

interface Scene {
  readonly standing?: Standing["state"];
  readonly tries?: number;
  readonly online?: boolean;
  readonly busy?: boolean;
  /** From the release on. */
  readonly nowMs?: number;
  readonly startsInMs?: number;
  readonly mode?: "actual" | "drill";
  readonly class?: "emergency" | "daily";
  readonly repeatCount?: number;
  readonly texts?: readonly object[];
}

function setUp({
  nowMs = 0,
  online = true,
  busy = false,
  ...given
}: Scene): [OnAirTarget, TargetSurroundings] {
  const { mode = "actual", repeatCount = 3, texts = [TEXT], startsInMs } = given;
  const broadcast = new OnAirBroadcast<OnAirTarget>(
    {
      broadcastNo: 1,
      id: "b",
      state: "playing",
      mode,
      class: given.class ?? "emergency",
      level: 1,
      headline: "h",
      regions: [],
      message: { texts, repeatCount },
      attempt: 1,
      releasedAt: new Date(RELEASED),
      startsAt: startsInMs === undefined ? null : new Date(RELEASED + startsInMs),
      expiresAt: new Date(RELEASED + HOUR_MS),
      endedAt: null,
    },
    [],
  );
  const target = new OnAirTarget(broadcast, {
    broadcastNo: 1,
    deviceNo: 1,
    deviceId: "sp",
    regionCode: "520326001001",
    state: "waiting",
    reason: null,
    attempt: 1,
    sends: 0,
    handedOverAt: null,
    partlyHeard: false,
    hasEvidence: false,
    earlier: [],
  });
  Object.assign(target, { standing: given.standing ?? "unanswered", tries: given.tries ?? 0 });
  return [
    target,
    { settings: DISPATCH_SETTINGS, isOnline: () => online, isBusy: () => busy, now: RELEASED + nowMs },
  ];
}

const SEND = { do: "send" };
const FOREVER = { do: "wait", ms: Number.POSITIVE_INFINITY };
const RECHECK = { do: "wait", ms: 2000 };
const OFFLINE = { do: "give_up", state: "offline", reason: null };
const failed = (reason: string) => ({ do: "give_up", state: "failed", reason });
const JUST_BEFORE = HOUR_MS - 1;

describe("whoever has let its time pass", () => {
  it.each<[string, Scene, object]>([
    ["has no command: it is sent", { tries: 0 }, SEND],
    ["has none, a moment before the expiry", { tries: 0, nowMs: JUST_BEFORE }, SEND],
    ["has none at the expiry", { tries: 0, nowMs: HOUR_MS }, OFFLINE],
    ["does not answer the first time", { tries: 1 }, SEND],
    ["does not answer the second time", { tries: 2 }, SEND],
    ["does not answer the third time", { tries: 3 }, failed("no_answer")],
    ["does not answer at the expiry", { tries: 1, nowMs: HOUR_MS }, failed("no_answer")],
    ["does not answer and is gone", { tries: 1, online: false }, FOREVER],
    ["does not answer and is gone at the expiry", { tries: 1, online: false, nowMs: HOUR_MS }, OFFLINE],
    ["has accepted", { standing: "acknowledged" }, failed("not_started")],
    ["has accepted and is gone", { standing: "acknowledged", online: false }, FOREVER],
    [
      "has accepted and is gone at the expiry",
      { standing: "acknowledged", online: false, nowMs: HOUR_MS },
      failed("connection_lost"),
    ],
    [
      "has accepted what begins later",
      { standing: "acknowledged", startsInMs: 60_000, nowMs: 20_000 },
      { do: "wait", ms: 40_000 + 15_000 },
    ],
    [
      "has accepted what begins now",
      { standing: "acknowledged", startsInMs: 60_000, nowMs: 60_000 },
      failed("not_started"),
    ],
    ["has accepted behind something more urgent", { standing: "acknowledged", busy: true }, RECHECK],
    [
      "has accepted behind something more urgent at the expiry",
      { standing: "acknowledged", busy: true, nowMs: HOUR_MS },
      failed("not_started"),
    ],
    ["has started", { standing: "started" }, failed("no_end")],
    ["has started and is gone", { standing: "started", online: false }, FOREVER],
    [
      "has started and is gone at the expiry",
      { standing: "started", online: false, nowMs: HOUR_MS },
      failed("connection_lost"),
    ],
    ["has started, and something else plays there", { standing: "started", busy: true }, RECHECK],
    [
      "has started, and something else plays there at the expiry",
      { standing: "started", busy: true, nowMs: HOUR_MS },
      failed("no_end"),
    ],
    ["was interrupted", { standing: "interrupted" }, failed("interrupted")],
    ["was interrupted, and the other plays on", { standing: "interrupted", busy: true }, RECHECK],
    ["was interrupted and is gone", { standing: "interrupted", online: false }, FOREVER],
    [
      "was interrupted and is gone while another plays",
      { standing: "interrupted", online: false, busy: true },
      FOREVER,
    ],
    [
      "was interrupted, and it is the expiry",
      { standing: "interrupted", busy: true, nowMs: HOUR_MS },
      failed("interrupted"),
    ],
    ["has ended without proof", { standing: "unproven" }, failed("no_sound")],
    ["has sounded", { standing: "sounded" }, FOREVER],
  ])("and %s", (_what, scene, decision) => {
    expect(decideOnTarget(...setUp(scene))).toEqual(decision);
  });
});

describe("patience", () => {
  const of = (scene: Scene) => patienceOf(...setUp(scene));

  it.each<[string, Scene, number]>([
    ["15 s for a start", { standing: "acknowledged" }, 15_000],
    ["15 s from when it is to start", { standing: "acknowledged", startsInMs: 60_000 }, 75_000],
    ["15 s when that is past", { standing: "acknowledged", startsInMs: 60_000, nowMs: 90_000 }, 15_000],
    ["twice the text and 10 s for an end", { standing: "started" }, 2 * 30_000 + 10_000],
    ["the announcements of a drill on top", { standing: "started", mode: "drill" }, 2 * 45_000 + 10_000],
    ["15 s for what was interrupted", { standing: "interrupted" }, 15_000],
    ["5 s for evidence", { standing: "unproven" }, 5_000],
    ["until the expiry for an answer", { standing: "unanswered", nowMs: 1000 }, HOUR_MS - 1000],
    // One reading, and 10 s for each of its end and the expiry.
    ["one reading beyond the expiry", { standing: "started", nowMs: HOUR_MS }, 20_000 + 10_000 + 10_000],
    ["10 s beyond the expiry for a start", { standing: "acknowledged", nowMs: HOUR_MS - 1000 }, 11_000],
    ["5 s for evidence after it", { standing: "unproven", nowMs: 2 * HOUR_MS }, 5_000],
  ])("is %s", (_what, scene, ms) => {
    expect(of(scene)).toBeCloseTo(ms, 6);
  });

  it("ends one reading after the expiry, also of a text that takes days", () => {
    const texts = ["zh-CN", "en", "za", "ii", "bo", "mn", "ug", "kk"].map((language) => ({
      language,
      headline: "h",
      description: "水".repeat(4000),
      instruction: "水".repeat(4000),
    }));
    const [target] = setUp({ standing: "started", texts, repeatCount: 20 });
    const reading = (8 * 8000) / 4.5;
    // Nearly four days for all of it, and four hours for one reading.
    expect((reading * 20) / 86_400).toBeGreaterThan(3);
    expect(target.broadcast.asked.readingSeconds).toBeCloseTo(reading, 3);
    const after = patienceAfterExpiry(target, DISPATCH_SETTINGS);
    expect(after).toBeCloseTo(2 * reading * 1000 + 20_000, 0);
    expect(of({ standing: "started", texts, repeatCount: 20 })).toBeCloseTo(HOUR_MS + after, 0);
  });

  it("is for a schedule in a daily programme, and for all of the text in an emergency", () => {
    const asked = (scene: Scene) => setUp(scene)[0].broadcast.asked;
    expect(asked({ class: "daily" }).keepsSchedule).toBe(true);
    for (const mode of ["actual", "drill"] as const)
      expect(asked({ class: "emergency", mode }).keepsSchedule).toBe(false);
  });

  it("after the expiry is nothing for who has never answered", () => {
    expect(patienceAfterExpiry(setUp({})[0], DISPATCH_SETTINGS)).toBe(0);
    expect(patienceAfterExpiry(setUp({ standing: "acknowledged" })[0], DISPATCH_SETTINGS)).toBe(10_000);
  });
});

describe("a healthy speaker of any voice", () => {
  /** Sentences as people write them, with times and numbers in them. */
  const chinese = fc
    .array(
      fc.constantFrom(
        "请沿河居民立即撤离，",
        "今晚8时30分前后有特大暴雨。",
        "电话12345678，",
        "转移！",
        "带上药品和证件；",
      ),
      {
        minLength: 1,
        maxLength: 60,
      },
    )
    .map((parts) => ({ language: "zh-CN", headline: "h", description: parts.join("") }));
  const english = fc
    .array(
      fc.constantFrom(
        "Leave the river now. ",
        "Heavy rain is expected at 20:30, ",
        "move to higher ground immediately. ",
        "Call 12345. ",
        "Take your medicines and documents with you. ",
      ),
      { minLength: 1, maxLength: 60 },
    )
    .map((parts) => ({ language: "en", headline: "h", description: parts.join("") }));

  it("plays at least what is expected, and no longer than is waited for", () => {
    const cases = fc.record({
      texts: fc.array(fc.oneof(chinese, english), { minLength: 1, maxLength: 4 }),
      speed: fc.double({ min: 0, max: 1, noNaN: true }),
      repeatCount: fc.integer({ min: 1, max: 20 }),
      mode: fc.constantFrom("actual" as const, "drill" as const),
    });
    fc.assert(
      fc.property(cases, ({ texts, speed, repeatCount, mode }) => {
        const script = scriptOf(startOrder({ texts, repeatCount, mode }));
        const playedMs = script.readingMs(voiceOf(speed)) * repeatCount;
        const least = spokenSeconds(texts, repeatCount) * PROOF_RULES.minPlayedShare * 1000;
        expect(playedMs).toBeGreaterThan(least * 1.1);
        const [target, around] = setUp({ standing: "started", texts, repeatCount, mode });
        const most = patienceOf(target, { ...around, now: RELEASED - 1000 * HOUR_MS });
        expect(playedMs).toBeLessThan(most);
      }),
      { numRuns: 1000 },
    );
  });
});
