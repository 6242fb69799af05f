import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { KNOWN_FOR_MS, MAX_KNOWN_NETWORKS } from "../../access/login-gate.ts";
import { MAY, type Role } from "../../access/roles.ts";
import { ACTION_OF_STEP } from "../../access/steps.ts";
import { FOLLOW_MS } from "../../accounts/directory.ts";
import { PASSWORD_COST } from "../../accounts/password-hash.ts";
import { TIDY_MS } from "../../accounts/people.ts";
import { FRESH_SIGN_IN_MS } from "../../accounts/second-factor.ts";
import { FRESH_MS } from "../../accounts/sessions.ts";
import { NOTES_IN_DETAIL } from "../../api/broadcasts/present.ts";
import { configSchema } from "../../base/config/index.ts";
import { MAX_ALERT_BYTES } from "../../broadcast/cap/encoding.ts";
import { MAX_IMPORTS, MAX_IMPORTS_OF_ONE } from "../../broadcast/cap/fair-line.ts";
import { MAX_MESSAGES, MAX_TEXTS } from "../../broadcast/cap/import.ts";
import {
  MAX_WAITING,
  MAX_WAITING_OF_ONE,
  SMALL_BYTES,
  TIME_LIMIT_MS,
} from "../../broadcast/cap/judge-thread.ts";
import { namesEventCode } from "../../broadcast/cap/names.ts";
import { MAX_POLYGON_POINTS, MAX_REFERENCES } from "../../broadcast/cap/values.ts";
import { CLOCK_TOLERANCE_MS, MAX_AGAIN, MAX_COMMAND_BYTES } from "../../broadcast/contract/command.ts";
import { MAX_KEYS, MAX_KEYS_BYTES, MAX_ROOT_CHANGES, MAX_ROOTS } from "../../broadcast/contract/key-set.ts";
import { LONGEST_GATHER_MS } from "../../broadcast/dispatch/ended-broadcasts.ts";
import { ANNOUNCEMENT_SECONDS } from "../../broadcast/dispatch/on-air.ts";
import { CORRECTED_FOR_MS, DISPATCH_SETTINGS, MOST_CORRECTED } from "../../broadcast/dispatch/settings.ts";
import { MAX_NAMED } from "../../broadcast/dispatch/write-corrections.ts";
import {
  FINAL_STATES,
  type LifecycleAction,
  nextState,
  STATES,
  type State,
  TRANSITIONS,
} from "../../broadcast/lifecycle/lifecycle.ts";
import { MAX_REVISIONS } from "../../broadcast/lifecycle/may-step.ts";
import { MOST_REPLACED } from "../../broadcast/lifecycle/replacing.ts";
import {
  DEFAULT_LIFETIME_HOURS,
  MAX_LIFETIME_HOURS,
  MAX_POINTS,
  MAX_REGIONS,
  MAX_SHAPES,
  MAX_SPOKEN,
  MAX_TOTAL_POINTS,
} from "../../broadcast/message/message.ts";
import { MAX_ENTRIES, MAX_STAND_INS } from "../../broadcast/operations/export-cap.ts";
import { MAX_NOTES } from "../../broadcast/operations/notes.ts";
import { CAMERAS, HORIZON_MS } from "../../broadcast/operations/proposals.ts";
import { MAX_VERSIONS } from "../../broadcast/operations/tenant-templates.ts";
import { LENGTH_FACTOR, LENGTH_MARGIN_MS } from "../../broadcast/proof/played-length.ts";
import { QUIET_COUNTS_AFTER_MS, READINGS_KEPT } from "../../broadcast/proof/proof.ts";
import { PROOF_RULES } from "../../broadcast/proof/proof-facts.ts";
import { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "../../broadcast/signing/defaults.ts";
import { RENEW_BEFORE_MS, SET_LIFETIME_DAYS } from "../../broadcast/signing/key-set-care.ts";
import { SIGN_WITHIN_MS } from "../../broadcast/signing/key-set-request.ts";
import { MAX_CODES } from "../../broadcast/targets/fine-regions.ts";
import { CLOCK_SET_AFTER } from "../../simulators/speaker/admit.ts";
import { FETCH_EVERY_MS, REFETCH_MS, RETRY_MS } from "../../simulators/speaker/keys.ts";
import { REMEMBERED_AFTER_EXPIRY_MS, STOP_REMEMBERED_MS } from "../../simulators/speaker/terminal.ts";
import { MOST_VERSIONS } from "../../store/broadcast/cap-alerts.ts";
import { AUDITED_WHOLE_BYTES } from "../../store/broadcast/revisions.ts";
import { projectFiles, ROOT } from "./source-files.ts";

/**
 * What the documents on broadcasts say in figures is what the code has: a figure that is changed on one side only is
 * found here. That the code keeps to it is for the tests beside the code to show.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KIB = 1024;

const { minCurrent, minSoundLevel, minPlayedShare } = PROOF_RULES;
const MINUTE = 60_000;
const alertDays = configSchema.shape.RETENTION_ALERTS_DAYS.parse(undefined);

/** A sentence with `#` for each figure, and the figures. */
const SENTENCES: [document: string, sentence: string, ...figures: number[]][] = [
  ["broadcast", "to # points; at most # polygons with", MAX_POINTS, MAX_SHAPES],
  ["broadcast", "with # points in all, and # circles", MAX_TOTAL_POINTS, MAX_SHAPES],
  ["broadcast", "one command carries the whole order, # KiB at most", MAX_COMMAND_BYTES / KIB],
  ["broadcast", "A draft has # at most", MAX_REVISIONS],
  ["broadcast", "on every broadcast that they see, up to #", MAX_NOTES],
  ["cap", "are taken for it), up to # MiB", MAX_ALERT_BYTES / KIB / KIB],
  ["cap", "speaks of more than # that have not ended | # are compared", MOST_REPLACED, MOST_REPLACED],
  ["cap", "border of more than # points is simplified to #,", MAX_POINTS, MAX_POINTS],
  ["cap", "one of more than # is left out", MAX_POLYGON_POINTS],
  ["cap", "polygons and circles beyond #, region codes beyond #", MAX_SHAPES, MAX_REGIONS],
  ["cap", "instruction of more than # characters is kept whole", MAX_SPOKEN],
  ["broadcast", "Of a text of more than # characters", MAX_SPOKEN],
  ["broadcast", "lives for # hours after release", DEFAULT_LIFETIME_HOURS],
  ["broadcast", "with it for # at most", MAX_LIFETIME_HOURS],
  ["broadcast", "| # hours after its release, or `expiresAt`", DEFAULT_LIFETIME_HOURS],
  ["broadcast", "or `expiresAt`; at most # hours from now", MAX_LIFETIME_HOURS],
  ["broadcast", "names it in `again`, at most # such speakers", MAX_AGAIN],
  ["cap", "for `RETENTION_ALERTS_DAYS` (#)", alertDays],
  ["cap", "that has more than # references, is refused", MAX_REFERENCES],
  ["proof", "shows at least # A into the amplifier or # dB", minCurrent, minSoundLevel],
  ["proof", "for twice that length and # seconds", LENGTH_MARGIN_MS / 1000],
  ["proof", "and for # hours after its end", CORRECTED_FOR_MS / HOUR],
  ["proof", "most # speakers are remembered", MOST_CORRECTED],
  ["proof", "are gathered for # seconds", DISPATCH_SETTINGS.correctMs / 1000],
  ["terminals", "A command has at most # KiB of JSON", MAX_COMMAND_BYTES / KIB],
  ["terminals", "| device ids, at most #", MAX_AGAIN],
  ["terminals", "at most # earlier sets, in at most # KiB", MAX_ROOT_CHANGES, MAX_KEYS_BYTES / KIB],
  ["terminals", "with a `kid`, at most #;", MAX_KEYS],
  ["terminals", "all of them, at most #;", MAX_ROOTS],
  ["terminals", "`amplifier_current` (# A) or `sound_level` (# dB", minCurrent, minSoundLevel],
  ["terminals", "itself measured sound (# A or # dB)", minCurrent, minSoundLevel],
  ["terminals", "of it may be obeyed, # hours and more", DEFAULT_OVERLAP_MS / HOUR],
  ["security", "has the latest # IPv4 addresses", MAX_KNOWN_NETWORKS],
  ["security", "until # days after the last sign-in", KNOWN_FOR_MS / DAY],
  ["security", "The request is good for # days", SIGN_WITHIN_MS / DAY],
  ["security", "From # days before its end", RENEW_BEFORE_MS / DAY],
  ["security", "a set is valid for # days", SET_LIFETIME_DAYS],
  ["security", "scrypt (# MiB)", (128 * 2 ** PASSWORD_COST.ln * PASSWORD_COST.r) / KIB / KIB],
  ["security", "revoked: at once, within # s in other processes", FOLLOW_MS / 1000],
  ["security", "All other sessions end, within # s in other", FRESH_MS / 1000],
  ["security", "as a whole up to # KiB", AUDITED_WHOLE_BYTES / KIB],
  ["broadcast", "A message above # KiB is in the audit", AUDITED_WHOLE_BYTES / KIB],
  ["broadcast", "and more than # villages become townships", MAX_STAND_INS],
  ["broadcast", "and its changes, at most # broadcasts of the same mode", MOST_REPLACED],
  ["broadcast", "each version is kept (`…/versions`, # at most", MAX_VERSIONS],
  ["broadcast", "in the detail the newest #", NOTES_IN_DETAIL],
  ["broadcast", "(if there are more than # villages: the townships", MAX_CODES],
  ["broadcast", "is caught up with for # hours", HORIZON_MS / HOUR],
  ["cap", "Alerts of more than # KiB are judged in a thread", SMALL_BYTES / KIB],
  ["cap", "one after the other, # s for each", TIME_LIMIT_MS / 1000],
  ["cap", "At most # wait, and # of one caller; any more", MAX_WAITING, MAX_WAITING_OF_ONE],
  ["cap", "while it waits: at most #, and # of one caller", MAX_IMPORTS, MAX_IMPORTS_OF_ONE],
  ["cap", "Of more than # such versions the latest #", MOST_VERSIONS, MOST_VERSIONS],
  ["cap", "and languages beyond # are left out", MAX_TEXTS],
  ["cap", "whose infos make more than # messages", MAX_MESSAGES],
  ["cap", "the newest # at most", MAX_ENTRIES],
  ["proof", "with the first # speakers by id", MAX_NAMED],
  ["proof", "# loud readings are kept and # quiet ones", READINGS_KEPT, READINGS_KEPT],
  ["proof", "(the announcements of a drill add # seconds each", ANNOUNCEMENT_SECONDS],
  ["terminals", "every # seconds, or # after a fetch", REFETCH_MS / 1000, RETRY_MS / 1000],
  ["terminals", "state and its replies, until # hours after `expiresAt`", REMEMBERED_AFTER_EXPIRY_MS / HOUR],
  ["terminals", "an `issuedAt` more than # s ahead", CLOCK_TOLERANCE_MS / 1000],
  ["terminals", "One that shows a time before # counts", new Date(CLOCK_SET_AFTER).getUTCFullYear()],
];

it.each(SENTENCES)("docs/%s.md says: %s", (document, sentence, ...figures) => {
  const text = readFileSync(`${ROOT}docs/${document}.md`, "utf8").replaceAll(/\s+/g, " ");
  const escaped = sentence.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("#", "([\\d.,]*\\d)");
  const found = new RegExp(escaped).exec(text)?.slice(1);
  expect(found?.map((figure) => Number(figure.replaceAll(",", "")))).toEqual(figures);
});

it("says in words what is no figure", () => {
  const text = (document: string) =>
    readFileSync(`${ROOT}docs/${document}.md`, "utf8").replaceAll(/\s+/g, " ");
  expect([minPlayedShare, LENGTH_FACTOR, DEFAULT_LEAD_MS]).toEqual([0.5, 2, HOUR]);
  for (const document of ["proof", "broadcast", "terminals"])
    expect(text(document)).toContain("at least half");
  expect(text("proof")).toContain("for twice that length");
  expect(text("security")).toContain("published for an hour before it signs");
  expect([FRESH_SIGN_IN_MS, TIDY_MS, FETCH_EVERY_MS]).toEqual([5 * MINUTE, 10 * MINUTE, 10 * MINUTE]);
  expect(text("broadcast")).toContain("for five minutes such a sign-in counts as a fresh code");
  expect(text("security")).toContain("Another process knows of a new one within ten minutes");
  expect(text("terminals")).toContain("**Fetch** at the start and every ten minutes");
  expect([QUIET_COUNTS_AFTER_MS, LONGEST_GATHER_MS, DISPATCH_SETTINGS.provenKeptMs]).toEqual([
    2000,
    MINUTE,
    MINUTE,
  ]);
  expect(text("proof")).toContain("A reading of the first two seconds shows that only");
  expect(text("proof")).toContain("then for 10, 20 and so on up to a minute");
  expect(text("proof")).toContain("until a minute after the broadcast has ended");
  expect(CAMERAS).toBe(3);
  expect(text("broadcast")).toContain("with the nearest three cameras beside it");
  expect((STOP_REMEMBERED_MS + REMEMBERED_AFTER_EXPIRY_MS) / DAY).toBe(4);
  expect(text("terminals")).toContain("and for four days at least");
  expect(configSchema.shape.SESSION_IDLE_MINUTES.parse(undefined)).toBe(60);
  expect(text("security")).toContain("it ends after an idle hour");
});

const broadcastPage = readFileSync(`${ROOT}docs/broadcast.md`, "utf8");

it("draws every way from one state of a broadcast to another, and no other", () => {
  const drawn = [...broadcastPage.matchAll(/^ {2}(\w+) --> (\w+):/gm)].map(([, from, to]) => `${from} ${to}`);
  // In words beside it: `cancel`, and what happens on the air and leads nowhere else.
  const byCancel = STATES.filter((state) => nextState(state, "cancel") !== undefined);
  expect(byCancel.filter((state) => FINAL_STATES.includes(state) || state === "expired")).toEqual([]);
  const ways = STATES.flatMap((from) =>
    (Object.entries(TRANSITIONS[from]) as [LifecycleAction, State][])
      .filter(
        ([action, to]) => to !== from && (action !== "cancel" || ["completed", "failed"].includes(from)),
      )
      .map(([, to]) => `${from} ${to}`),
  );
  expect([...new Set(drawn)].sort()).toEqual([...new Set(ways)].sort());
});

it("says of each role which steps it may take, as the decision table does", () => {
  const [head = "", , ...rows] = broadcastPage
    .slice(broadcastPage.indexOf("| Role | Draft |"))
    .split("\n\n")[0]!
    .split("\n");
  const cellsOf = (row: string) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const actions = cellsOf(head)
    .slice(1)
    .map((title) => {
      const [step = ""] = title.toLowerCase().split(",");
      return (
        { draft: "broadcasts:draft", "green channel": ACTION_OF_STEP.release }[step] ??
        ACTION_OF_STEP[step as "submit"]
      );
    });
  expect(actions).toEqual(
    ["draft", "submit", "approve", "release", "cancel", "retry", "review"].map(
      (verb) => `broadcasts:${verb}`,
    ),
  );
  const told = rows.map((row) => {
    const [name = "", ...cells] = cellsOf(row);
    return [
      name.split(",")[0]!.replace(" ", "-"),
      actions.filter((_action, at) => cells[at] === "yes"),
    ] as const;
  });
  const roles = (Object.keys(MAY) as Role[]).filter((role) =>
    actions.some((action) => MAY[role].has(action as never)),
  );
  expect(told).toEqual(
    expect.arrayContaining(
      roles.map((role) => [role, actions.filter((action) => MAY[role].has(action as never))]),
    ),
  );
  expect(told).toHaveLength(roles.length);
});

it("names others' names of an event's code as they are read, whatever the case, spaces and hyphens", () => {
  const page = readFileSync(`${ROOT}docs/cap.md`, "utf8");
  const [row = ""] = /^\| event \|.*$/m.exec(page) ?? [];
  const [, list = ""] = /spaces and hyphens, (.*), of five characters/.exec(row) ?? [];
  const names = list.split(/, | or /).map((name) => name.replaceAll("`", ""));
  expect(names).toHaveLength(9);
  for (const name of names) {
    expect(namesEventCode(name), name).toBe(true);
    expect(namesEventCode(` ${name.toUpperCase().replaceAll("-", " ")}`), name).toBe(true);
  }
});

/** A program of PostgreSQL. */
const NOT_OURS: ReadonlySet<string> = new Set(["pg_dump"]);

it.each(["broadcast", "cap", "proof", "security", "terminals"])(
  "calls fields, codes, rules and metrics in docs/%s.md as the code does",
  (document) => {
    const page = readFileSync(`${ROOT}docs/${document}.md`, "utf8");
    const named = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+)`/g)].map(
      ([, name]) => name!,
    );
    expect(named.length).toBeGreaterThan(10);
    const code = projectFiles()
      .filter((file) => /\.(ts|sql)$/.test(file) && !file.startsWith("test/"))
      .map((file) => readFileSync(ROOT + file, "utf8"))
      .join("\n");
    expect(named.filter((name) => !NOT_OURS.has(name) && !code.includes(name))).toEqual([]);
  },
);
