import type { BroadcastJson, StoredPreviewJson } from "../../api/broadcasts.ts";
import { placeName } from "../../map/place-name.ts";
import { faultsOf } from "./text-checks.ts";
import { PREVIEW_LASTS_MS } from "./use-preview.ts";

/** What keeps a broadcast from being submitted or sounded. */
export type StepLack =
  | { readonly lack: "old" | "digitsWrong" | "region" | "text" | "missing" | "nobody" }
  | { readonly lack: "reason" | "code" | "superseded" }
  | { readonly lack: "digitsMissing"; readonly count: number };

/** Digits of a county's code: it and what is above it are named in full. */
const COUNTY_DIGITS = 6;

/** The name that has to be typed: of the widest region, where one is a county or more. */
export const nameToType = (regions: readonly { readonly code: string; readonly name: string }[]) =>
  regions
    .filter(({ code }) => code.length <= COUNTY_DIGITS)
    .toSorted((a, b) => a.code.length - b.code.length)
    .map(({ name }) => name)[0];

export interface Typed {
  readonly digits: string;
  readonly region: string;
  readonly code: string;
  /** Of the green channel; undefined where none is asked for. */
  readonly reason: string | undefined;
  readonly acknowledged: boolean;
}

export interface ToStep {
  readonly broadcast: Pick<BroadcastJson, "message" | "missing" | "supersededBy">;
  readonly preview: Pick<StoredPreviewJson, "speakers">;
  /** Milliseconds since the preview of this revision was computed. */
  readonly ageMs: number;
  readonly toType: string | undefined;
  readonly needsCode: boolean;
  readonly typed: Typed;
}

/** The number of speakers is typed in digits, and has to be the present one of just this content. */
export function stepLacks({ broadcast, preview, ageMs, toType, needsCode, typed }: ToStep): StepLack[] {
  const lacks: StepLack[] = [];
  const { mode, texts } = broadcast.message;
  if (broadcast.missing.length > 0) lacks.push({ lack: "missing" });
  if (texts.some((text) => faultsOf(text, mode).length > 0)) lacks.push({ lack: "text" });
  if (broadcast.supersededBy && !typed.acknowledged) lacks.push({ lack: "superseded" });
  if (ageMs > PREVIEW_LASTS_MS) lacks.push({ lack: "old" });
  if (preview.speakers === 0) lacks.push({ lack: "nobody" });
  const number = String(preview.speakers);
  if (typed.digits.length < number.length) {
    lacks.push({ lack: "digitsMissing", count: number.length - typed.digits.length });
  } else if (typed.digits !== number) lacks.push({ lack: "digitsWrong" });
  const names = toType === undefined ? [] : [toType, placeName(toType)];
  if (names.length > 0 && !names.includes(typed.region.trim())) lacks.push({ lack: "region" });
  if (typed.reason?.trim() === "") lacks.push({ lack: "reason" });
  if (needsCode && !/^\d{6}$/.test(typed.code.trim())) lacks.push({ lack: "code" });
  return lacks;
}
