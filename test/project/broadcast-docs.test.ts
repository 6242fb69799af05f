import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { KNOWN_FOR_MS, MAX_KNOWN_NETWORKS } from "../../access/login-gate.ts";
import { MAX_ALERT_BYTES } from "../../broadcast/cap/encoding.ts";
import { MAX_POLYGON_POINTS, MAX_REFERENCES } from "../../broadcast/cap/values.ts";
import { MAX_AGAIN, MAX_COMMAND_BYTES } from "../../broadcast/command.ts";
import { CORRECTED_FOR_MS, DISPATCH_SETTINGS, MOST_CORRECTED } from "../../broadcast/dispatch/settings.ts";
import { MAX_KEYS, MAX_KEYS_BYTES, MAX_ROOTS } from "../../broadcast/key-set.ts";
import { MAX_REVISIONS } from "../../broadcast/may-step.ts";
import {
  DEFAULT_LIFETIME_HOURS,
  MAX_LIFETIME_HOURS,
  MAX_POINTS,
  MAX_REGIONS,
  MAX_SHAPES,
  MAX_SPOKEN,
  MAX_TOTAL_POINTS,
} from "../../broadcast/message.ts";
import { LENGTH_FACTOR, LENGTH_MARGIN_MS } from "../../broadcast/played-length.ts";
import { PROOF_RULES } from "../../broadcast/proof.ts";
import { MOST_REPLACED } from "../../broadcast/replacing.ts";
import { MAX_NOTES } from "../../broadcast/service-notes.ts";
import { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "../../broadcast/signing/defaults.ts";
import { RENEW_BEFORE_MS } from "../../broadcast/signing/key-set-care.ts";
import { SIGN_WITHIN_MS } from "../../broadcast/signing/key-set-request.ts";
import { configSchema } from "../../config.ts";
import { ROOT } from "./source-files.ts";

/**
 * What the documents on broadcasts say in figures is what the code has: a figure that is changed on one side only is
 * found here. That the code keeps to it is for the tests beside the code to show.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KIB = 1024;

const { minCurrent, minSoundLevel, minPlayedShare } = PROOF_RULES;
const alertDays = configSchema.shape.RETENTION_ALERTS_DAYS.parse(undefined);

/** A sentence with `#` for each figure, and the figures. */
const SENTENCES: [document: string, sentence: string, ...figures: number[]][] = [
  ["broadcast", "to # points; at most # polygons with", MAX_POINTS, MAX_SHAPES],
  ["broadcast", "with # points in all, and # circles", MAX_TOTAL_POINTS, MAX_SHAPES],
  ["broadcast", "one command carries the whole order, # KiB at most", MAX_COMMAND_BYTES / KIB],
  ["broadcast", "A draft has # at most", MAX_REVISIONS],
  ["broadcast", "on whatever they see, up to #", MAX_NOTES],
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
  ["terminals", "At most # KiB of JSON", MAX_COMMAND_BYTES / KIB],
  ["terminals", "| device ids, at most #", MAX_AGAIN],
  ["terminals", "in at most # KiB", MAX_KEYS_BYTES / KIB],
  ["terminals", "with a `kid`, at most #;", MAX_KEYS],
  ["terminals", "all of them, at most #;", MAX_ROOTS],
  ["terminals", "`amplifier_current` (# A) or `sound_level` (# dB", minCurrent, minSoundLevel],
  ["terminals", "itself measured sound (# A or # dB)", minCurrent, minSoundLevel],
  ["terminals", "of it may be obeyed, # hours and more", DEFAULT_OVERLAP_MS / HOUR],
  ["security", "has the latest # IPv4 addresses", MAX_KNOWN_NETWORKS],
  ["security", "until # days after the last sign-in", KNOWN_FOR_MS / DAY],
  ["security", "The request is good for # days", SIGN_WITHIN_MS / DAY],
  ["security", "From # days before its end", RENEW_BEFORE_MS / DAY],
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
});
