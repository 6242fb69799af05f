import type { Logger } from "../../base/log.ts";
import { repeat, Turns } from "../../base/periodic.ts";
import { kindsWith } from "../../devices/catalog.ts";
import { appendAudit, PLATFORM_ACTOR } from "../../store/audit/index.ts";
import {
  type AlarmWithoutDraft,
  type Broadcast,
  findNearestCameras,
  listAlarmsWithoutDraft,
} from "../../store/broadcast/index.ts";
import { type Pool, withTransaction } from "../../store/database/index.ts";
import { findTemplate, type Level, messageSchema } from "../message/index.ts";
import { completeDraft, storeDraft } from "./drafts.ts";

/** An alarm rule and the warning that it proposes. */
export interface ProposalRule {
  readonly kind: string;
  readonly rule: string;
  readonly eventCode: string;
  readonly level: Level;
}

const RULE = /^([a-z][a-z0-9-]*):([a-z][a-z0-9_]*)=([0-9A-Z]{5})\/([1-4])$/;

/**
 * Reads `kind:rule=eventCode/level`.
 * @returns the fault, in words, when it is not one
 */
export function readProposalRule(text: string): ProposalRule | string {
  const [, kind, rule, eventCode, level] = RULE.exec(text) ?? [];
  if (kind === undefined || rule === undefined || eventCode === undefined) {
    return `'${text}': expected kind:rule=eventCode/level, e.g. gas-meter:leak=12P09/2`;
  }
  if (!findTemplate(eventCode)) return `'${text}': there is no template for event code ${eventCode}`;
  return { kind, rule, eventCode, level: Number(level) as Level };
}

export interface ProposalOptions {
  readonly pool: Pool;
  readonly log: Logger;
  readonly rules: readonly ProposalRule[];
  readonly issuer: string;
  readonly now: () => Date;
  /** Called for each draft. Never throws. */
  readonly onProposed: (broadcast: Broadcast) => void;
  /**
   * The interval of looks without a prompt: for alarms that failed, and those that other processes have raised.
   * Milliseconds.
   */
  readonly everyMs?: number;
}

export interface Proposals {
  /** Tells it of alarms that were raised; costs nothing for alarms that propose no warning. */
  onRaised(alarms: readonly { readonly rule: string }[]): void;
  /** Looks for alarms without a draft, and resolves when they have one. */
  catchUp(): Promise<void>;
  /** Takes no more, and waits for the look under way. */
  stop(): Promise<void>;
}

/** People know of an alarm that has stood for longer than this, and did not think it worth a warning. */
export const HORIZON_MS = 24 * 3_600_000;
const AT_ONCE = 50;
export const CAMERAS = 3;

/**
 * Turns alarms of the listed rules into drafts for their village, each alarm once, with the nearest cameras beside it.
 * A person decides about a draft: nothing here submits or releases one. The alarms are read from the table whatever
 * prompted the look, so that those from while the platform was down are not forgotten.
 */
export function startProposals(options: ProposalOptions): Proposals {
  const { pool, log, rules, now, everyMs = 60_000 } = options;
  const names = new Set(rules.map(({ rule }) => rule));
  let stopped = false;

  const look = async () => {
    while (!stopped) {
      const since = new Date(now().getTime() - HORIZON_MS);
      const alarms = await listAlarmsWithoutDraft(pool, rules, since, AT_ONCE);
      for (const alarm of alarms) {
        if (stopped) return;
        const draft = await propose(options, alarm);
        if (!draft) continue;
        log.info(
          { broadcast: draft.id, device: alarm.deviceId, rule: alarm.rule },
          "an alarm proposes a broadcast",
        );
        options.onProposed(draft);
      }
      if (alarms.length < AT_ONCE) return;
    }
  };
  const looks = new Turns(look);
  const catchUp = (): Promise<void> => {
    if (stopped || rules.length === 0) return Promise.resolve();
    // Alarms that were raised after the look under way had read the table are found by one more look.
    return looks.runAfresh();
  };
  const tryToCatchUp = () =>
    catchUp().catch((error: unknown) =>
      log.warn({ err: error }, "alarms could not be searched for proposals; the platform tries again"),
    );
  const repeated = repeat(tryToCatchUp, everyMs);

  return {
    onRaised(alarms) {
      if (alarms.some(({ rule }) => names.has(rule))) void tryToCatchUp();
    },
    catchUp,
    async stop() {
      stopped = true;
      await repeated.stop();
      await looks.ended();
    },
  };
}

async function propose(options: ProposalOptions, alarm: AlarmWithoutDraft): Promise<Broadcast | undefined> {
  const { pool, rules, now } = options;
  const { eventCode, level } = rules.find(({ kind, rule }) => kind === alarm.kind && rule === alarm.rule)!;
  try {
    return await withTransaction(pool, async (tx) => {
      const message = messageSchema.omit({ texts: true, category: true }).parse({
        mode: "actual",
        level,
        eventCode,
        target: { regions: [alarm.regionCode] },
      });
      const at = alarm.raisedAt < now() ? alarm.raisedAt : now();
      const { draft, template } = await completeDraft(tx, message, at, PLATFORM_ACTOR.tenantId);
      const stored = await storeDraft(tx, options, PLATFORM_ACTOR, draft, {
        action: "propose",
        proposedByAlarm: alarm.alarmNo,
        template,
        attachments: [
          { kind: alarm.kind, deviceId: alarm.deviceId, distanceKm: alarm.location ? 0 : null },
          ...(await findNearestCameras(tx, kindsWith("shows"), alarm, CAMERAS)).filter(
            ({ deviceId }) => deviceId !== alarm.deviceId,
          ),
        ],
      });
      await appendAudit(tx, stored.audit);
      return stored.broadcast;
    });
  } catch (error) {
    // Another process has proposed it meanwhile: one alarm, one draft.
    if ((error as { constraint?: string }).constraint === "broadcasts_proposed_by_alarm_key")
      return undefined;
    throw error;
  }
}
