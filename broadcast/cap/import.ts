import {
  type AlertExtras,
  type BroadcastMessage,
  CATEGORIES,
  CERTAINTIES,
  CLASSES,
  type Level,
  MAX_LIFETIME_HOURS,
  type Mode,
  messageSchema,
  RESPONSE_TYPES,
  SEVERITY_OF_LEVEL,
  type Text,
  URGENCIES,
} from "../message/index.ts";
import type { CapAlert, CapInfo, CapReference, CapStatus } from "./alert.ts";
import { readExtras } from "./extras.ts";
import { fitInfo, shortenHeadline } from "./fit.ts";
import { groupByLanguage } from "./group-infos.ts";
import { guessEventCode } from "./guess-event.ts";
import { readOwnTarget, readTarget } from "./import-area.ts";
import {
  CLASS_VALUE_NAME,
  EVENT_CODE_VALUE_NAME,
  namesEventCode,
  REPEAT_VALUE_NAME,
  VOLUME_VALUE_NAME,
} from "./names.ts";
import { quote, timeOf } from "./values.ts";
import { collectWarnings, type ImportWarning, type Warn } from "./warnings.ts";

/**
 * The message of a broadcast as an alert gives it. A person fills in the fields that `missing` names before it can be
 * submitted.
 */
export type DraftMessage = Omit<BroadcastMessage, "mode" | "eventCode"> &
  Partial<Pick<BroadcastMessage, "mode" | "eventCode">>;

export interface ImportedMessage {
  readonly draft: DraftMessage;
  /** The reasons why the draft is no `BroadcastMessage` yet: a path such as `eventCode` or `texts.0.headline`. */
  readonly missing: readonly { readonly path: string; readonly message: string }[];
}

export type RefusalCode = "cap_not_for_broadcast" | "cap_expired";

export type ImportResult =
  /** To be aired once released; `replaces` is empty for a new alert and never for an Update. */
  | {
      readonly disposition: "broadcast";
      readonly messages: readonly ImportedMessage[];
      readonly replaces: readonly CapReference[];
      readonly warnings: readonly ImportWarning[];
    }
  /**
   * Nothing to air: the alerts that it refers to must stop. `mode` limits it: an exercise cancels no actual broadcast.
   */
  | {
      readonly disposition: "cancel";
      readonly mode: Mode;
      readonly cancels: readonly CapReference[];
      readonly warnings: readonly ImportWarning[];
    }
  /** An Ack or Error about alerts of ours: recorded, never aired. */
  | {
      readonly disposition: "acknowledged";
      readonly accepted: boolean;
      readonly references: readonly CapReference[];
      readonly note?: string;
      readonly warnings: readonly ImportWarning[];
    }
  | {
      readonly disposition: "refused";
      readonly code: RefusalCode;
      readonly reason: string;
      readonly warnings: readonly ImportWarning[];
    };

/** System is refused, and the author of a Draft has not said what it will be. */
export const MODE_OF_STATUS: Record<CapStatus, Mode | undefined> = {
  Actual: "actual",
  Exercise: "drill",
  Test: "training",
  Draft: undefined,
  System: undefined,
};

/**
 * The treatment of a valid alert. Pure: the same alert at the same `now` gives the same answer. No unknown content
 * passes for something else; it is refused, or the draft has a gap and a warning.
 */
export function importAlert(alert: CapAlert, context: { readonly now: Date }): ImportResult {
  const { warnings, warn } = collectWarnings();
  const refuse = (code: RefusalCode, reason: string): ImportResult => ({
    disposition: "refused",
    code,
    reason,
    warnings,
  });

  if (alert.status === "System") {
    return refuse(
      "cap_not_for_broadcast",
      "its status is System: it is meant for machines and not for people",
    );
  }
  if (alert.scope !== "Public") {
    const reason = `its scope is ${alert.scope}, so it must not be made public`;
    return refuse(
      "cap_not_for_broadcast",
      alert.restriction ? `${reason} (${quote(alert.restriction)})` : reason,
    );
  }
  const mode = MODE_OF_STATUS[alert.status];
  switch (alert.msgType) {
    case "Ack":
    case "Error": {
      const note = alert.note === undefined ? {} : { note: alert.note };
      const accepted = alert.msgType === "Ack";
      return { disposition: "acknowledged", accepted, references: alert.references, ...note, warnings };
    }
    case "Cancel":
      return mode === undefined
        ? refuse(
            "cap_not_for_broadcast",
            "it is the draft of a Cancel: it cancels nothing before it is issued",
          )
        : { disposition: "cancel", mode, cancels: alert.references, warnings };
    case "Alert":
    case "Update":
      break;
    default:
      return refuse("cap_not_for_broadcast", `its msgType ${String(alert.msgType)} is not supported`);
  }

  if (alert.status === "Draft") {
    warn({
      rule: "draft",
      message: "its status is Draft: its author has not issued it; choose the mode by hand",
    });
  }
  if (alert.infos.length === 0) {
    return refuse("cap_not_for_broadcast", "it has no info: there is nothing to say");
  }
  const current = alert.infos.filter(
    (info) => info.expires === undefined || timeOf(info.expires) > context.now,
  );
  if (current.length === 0) {
    const ends = alert.infos.map((info) => timeOf(info.expires!).getTime());
    const end = new Date(Math.max(...ends)).toISOString();
    return refuse("cap_expired", `it expired at ${end}, and it is ${context.now.toISOString()}`);
  }
  if (current.length < alert.infos.length) {
    const gone = alert.infos.length - current.length;
    warn({
      rule: "info_expired",
      message: `${gone} of its ${alert.infos.length} infos have expired and are left out`,
    });
  }
  for (const { expires } of current) warnOfExpiry(expires, context.now, warn);
  const written = new Map(current.map((info) => [fitInfo(info, warn), info]));
  const groups = groupByLanguage([...written.keys()]);
  if (groups.length > MAX_MESSAGES) {
    const reason = `its infos are ${groups.length} messages that differ in more than language, expected at most ${MAX_MESSAGES}`;
    return refuse("cap_not_for_broadcast", reason);
  }
  return {
    disposition: "broadcast",
    messages: groups.map((infos) => {
      const extras = readExtras(
        alert,
        infos.slice(0, MAX_TEXTS).map((info) => ({ ...written.get(info)!, language: info.language })),
        warn,
      );
      return toMessage(infos, mode, extras, warn);
    }),
    replaces: alert.msgType === "Update" ? alert.references : [],
    warnings,
  };
}

/** Real alerts have up to some 30 infos in two languages. Each message is a draft, for a person to look at. */
export const MAX_MESSAGES = 50;

const HOUR_MS = 3_600_000;

/**
 * An alert that lives for longer than a broadcast may is cut at its release: the people who decide know that before.
 */
function warnOfExpiry(expires: string | undefined, now: Date, warn: Warn): void {
  if (expires === undefined || timeOf(expires).getTime() <= now.getTime() + MAX_LIFETIME_HOURS * HOUR_MS)
    return;
  warn({
    rule: "expiry_cut",
    message: `it expires at ${timeOf(expires).toISOString()}: it is aired for ${MAX_LIFETIME_HOURS} hours after its release at most, and not until then`,
  });
}

/** Languages of one message. */
export const MAX_TEXTS = 8;

function toMessage(
  all: readonly CapInfo[],
  mode: Mode | undefined,
  cap: AlertExtras,
  warn: Warn,
): ImportedMessage {
  const infos = all.slice(0, MAX_TEXTS);
  if (infos.length < all.length) {
    const names = all.slice(MAX_TEXTS).map(({ language }) => language);
    warn({
      rule: "language_left_out",
      message: `of its ${all.length} languages ${MAX_TEXTS} can be spoken: ${names.slice(0, 10).join(", ")} are left out`,
    });
  }
  const info = infos[0]!;
  const draft: DraftMessage = {
    ...(mode === undefined ? {} : { mode }),
    ...readEventCode(infos, warn),
    ...readParameters(info, warn),
    level: readLevel(info, warn),
    texts: infos.map((one) => toText(one, warn)),
    target: readOwnTarget(info, warn) ?? readTarget(info.areas, warn),
    ...(info.effective === undefined ? {} : { startsAt: timeOf(info.effective) }),
    ...(info.expires === undefined ? {} : { expiresAt: timeOf(info.expires) }),
    category: word(CATEGORIES, info.categories[0]),
    urgency: word(URGENCIES, info.urgency),
    certainty: word(CERTAINTIES, info.certainty),
    responseTypes: info.responseTypes.map((type) => word(RESPONSE_TYPES, type)),
    ...(info.senderName === undefined ? {} : { senderName: info.senderName }),
    ...(info.contact === undefined ? {} : { contact: info.contact }),
    ...(info.web === undefined ? {} : { web: info.web }),
    cap,
  };
  if (info.categories.length > 1) {
    const rest = info.categories.slice(1).join(", ");
    warn({
      rule: "category_ignored",
      message: `of its categories ${info.categories[0]} is used; ${rest} are kept beside it`,
    });
  }
  if (infos.some(({ resources }) => resources.length > 0)) {
    warn({ rule: "resource_ignored", message: "its resources (pictures, sound) are not aired: texts are" });
  }
  return { draft, missing: findGaps(draft) };
}

function findGaps(draft: DraftMessage): ImportedMessage["missing"] {
  const gaps = (messageSchema.safeParse(draft).error?.issues ?? []).map(({ path, message }) => {
    const field = path.join(".");
    return {
      path: field,
      message: field === "eventCode" || field === "mode" ? "to be chosen by hand" : message,
    };
  });
  const { regions, polygons, circles } = draft.target;
  if (regions.length + polygons.length + circles.length === 0) {
    gaps.push({ path: "target", message: "to be chosen by hand: no area is usable" });
  }
  return gaps;
}

/** The cast holds because the parser has checked that the word is one of them. */
const word = <const W extends string>(words: readonly W[], text: string | undefined): W =>
  words.find((one) => one === text)!;

function toText(info: CapInfo, warn: Warn): Text {
  return {
    language: info.language,
    headline: info.headline ?? shortenHeadline(info.event, warn),
    description: info.description ?? info.headline ?? info.event,
    ...(info.instruction === undefined ? {} : { instruction: info.instruction }),
  };
}

const LEVEL_OF_SEVERITY = new Map<string, Level>(
  Object.entries(SEVERITY_OF_LEVEL).map(([level, severity]) => [severity, Number(level) as Level]),
);

function readLevel(info: CapInfo, warn: Warn): Level {
  const level = LEVEL_OF_SEVERITY.get(info.severity);
  if (level === undefined) {
    warn({ rule: "severity_unknown", message: `its severity is ${info.severity}: level 4 is assumed` });
  }
  return level ?? 4;
}

function readEventCode(infos: readonly CapInfo[], warn: Warn): { eventCode?: string } {
  const codes = infos[0]!.eventCodes;
  const coded =
    codes.find(({ valueName }) => valueName === EVENT_CODE_VALUE_NAME) ??
    codes.find(({ valueName }) => namesEventCode(valueName));
  if (coded !== undefined && /^[0-9A-Z]{5}$/.test(coded.value)) return { eventCode: coded.value };
  for (const info of infos) {
    const eventCode = guessEventCode(info);
    if (eventCode === undefined) continue;
    warn({
      rule: "event_code_guessed",
      message: `the event ${quote(info.event)} is taken for ${eventCode}: check it`,
    });
    return { eventCode };
  }
  const event = infos[0]!.event;
  warn({
    rule: "event_code_unknown",
    message: `the event ${quote(event)} has no code that we know: choose it by hand`,
  });
  return {};
}

function readParameters(
  info: CapInfo,
  warn: Warn,
): Pick<BroadcastMessage, "class" | "volume" | "repeatCount"> {
  const parameter = <T>(valueName: string, shape: { safeParse: (v: unknown) => { data?: T } }, absent: T) => {
    const found = info.parameters.find((one) => one.valueName === valueName);
    if (found === undefined) return absent;
    const text = found.value;
    const { data } = shape.safeParse(/^\d+$/.test(text) ? Number(text) : text);
    if (data !== undefined) return data;
    warn({
      rule: "parameter_invalid",
      message: `the parameter ${valueName} is ${quote(text)}: ${absent} is assumed`,
    });
    return absent;
  };
  const { shape } = messageSchema;
  return {
    class: parameter(CLASS_VALUE_NAME, shape.class, CLASSES[0]),
    volume: parameter(VOLUME_VALUE_NAME, shape.volume, null),
    repeatCount: parameter(REPEAT_VALUE_NAME, shape.repeatCount, 1),
  };
}
