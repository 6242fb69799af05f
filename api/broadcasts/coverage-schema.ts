import { z } from "zod";
import { TARGET_STATES } from "../../store/broadcast/index.ts";
import { regionLevel, timestamp } from "../schemas.ts";
import { broadcastDetailSchema, historySchema } from "./schema.ts";

const counts = {
  targeted: z.int(),
  sounded: z.int().describe("Proven."),
  refused: z.int(),
  failed: z.int(),
  offline: z.int().describe("Until the message expired."),
  cancelled: z.int(),
  open: z.int().describe("Not resolved yet."),
  partlyHeard: z
    .int()
    .describe(
      "Of those cancelled, failed and refused: played a part. Not where the amplifier stayed silent or was muted.",
    ),
};

const seconds = z
  .object({
    count: z.int(),
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    p99: z.number().nullable(),
    max: z.number().nullable(),
  })
  .meta({ id: "BroadcastPercentiles" });

const regions = z.array(z.object({ regionCode: z.string(), name: z.string().nullable(), ...counts }));

const unheardVillages = z.object({
  count: z.int(),
  items: z
    .array(
      z.object({
        regionCode: z.string(),
        name: z.string().nullable(),
        townshipName: z.string().nullable(),
        targeted: z.int(),
        open: z.int().describe("Speakers that may still sound."),
        partlyHeard: z.int().describe("Speakers that played a part."),
      }),
    )
    .describe("The first 1,000."),
});

const villageNames = z.array(z.object({ code: z.string(), name: z.string() })).describe("The first 1,000.");

const villageLists = {
  silentVillages: unheardVillages.describe(
    "Villages where no targeted speaker has sounded, as far as is known not even in part, and none still may.",
  ),
  partlyHeardVillages: unheardVillages.describe(
    "Villages where no targeted speaker has sounded to its end, and none still may, but some played a part.",
  ),
  waitingVillages: unheardVillages.describe(
    "Villages where no targeted speaker has sounded, and some still may.",
  ),
  villagesWithoutSpeaker: z
    .object({
      count: z.int().nullable().describe("Null: none is known, and there may be some."),
      items: villageNames,
      unknown: z
        .boolean()
        .describe("There may be more: it had shapes, and it is not known which villages lie in them."),
    })
    .nullable()
    .describe(
      "Villages without a speaker at the release; null for broadcasts that were released before the platform recorded this.",
    ),
  possiblyWithoutSpeaker: z
    .object({ count: z.int(), items: villageNames })
    .nullable()
    .describe(
      "Villages without a speaker that may lie in one of its shapes, which held speakers of their township. Null as above.",
    ),
};

const timings = z
  .object({ handedOver: seconds, acknowledged: seconds, started: seconds, ended: seconds })
  .describe(
    "Seconds from the release, of every speaker, also of those who were offline or tried again: these count with the times of the attempt that their row tells of, the proven one where there is one.",
  );

export const coverageQuery = z.strictObject({
  level: regionLevel.default("township").describe("The level of the items."),
});

export const coverageSchema = z
  .object({
    total: z.object(counts),
    level: regionLevel,
    items: regions,
    ...villageLists,
    seconds: timings,
  })
  .meta({ id: "BroadcastCoverage" });

export const targetReportSchema = z
  .object({
    deviceId: z.string(),
    name: z.string().nullable(),
    regionCode: z.string().describe("The speaker's place at the release."),
    villageName: z.string().nullable(),
    townshipName: z.string().nullable(),
    countyName: z.string().nullable(),
    state: z.enum(TARGET_STATES),
    reason: z.string().nullable().describe("The reason why it refused or failed."),
    attempt: z.int().describe("The last one that was ordered."),
    reportedAttempt: z
      .int()
      .nullable()
      .describe(
        "The attempt that everything below is of: the proven one, also where a later one was ordered. Null for a speaker that was tried again before this was kept: its times may be of several.",
      ),
    sends: z.int().describe("How often the command was sent."),
    handedOverAt: timestamp.nullable().describe("When the command first left, by the platform's clock."),
    acknowledgedAt: timestamp.nullable().describe("When the first answer came, by the platform's clock."),
    startedAt: timestamp
      .nullable()
      .describe(
        "This, the evidence and the end are by the speaker's clock. They lie between the hand-over and the moment when the platform heard of them.",
      ),
    evidenceAt: timestamp.nullable().describe("The first reading of the play that shows sound."),
    evidenceCurrent: z.number().nullable().describe("Amperes."),
    evidenceSoundLevel: z.number().nullable().describe("dB[SPL] at its own microphone."),
    endedAt: timestamp.nullable(),
    secondsPlayed: z.number().nullable(),
  })
  .meta({ id: "BroadcastTargetReport" });

export const reportSchema = z
  .object({
    broadcast: broadcastDetailSchema,
    history: historySchema.shape.items,
    total: z.object(counts),
    counties: regions,
    townships: regions,
    ...villageLists,
    seconds: timings,
  })
  .meta({ id: "BroadcastReport" });
