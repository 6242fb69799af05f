import type { ModeName } from "../../ui/marks.tsx";
import type { Form } from "./form.ts";
import { isNowhere } from "./target.ts";
import { faultsOf, type SpokenText } from "./text-checks.ts";
import type { LivePreview } from "./use-preview.ts";

/** What keeps a form from being checked. */
export type Lack = "event" | "level" | "place" | "text" | "preview" | "speakers" | "limits";

export interface Written {
  readonly mode: ModeName;
  readonly form: Form;
  readonly texts: readonly SpokenText[];
  readonly live: Pick<LivePreview, "data" | "isCurrent">;
}

/** Everything that is missing, in the order of the page. Numbers that are old, or of another place, count for nothing. */
export function lacksOf({ mode, form, texts, live }: Written): Lack[] {
  const lacks: Lack[] = [];
  if (form.eventCode === "") lacks.push("event");
  if (form.level === null) lacks.push("level");
  if (isNowhere(form)) lacks.push("place");
  else if (!live.isCurrent || !live.data) lacks.push("preview");
  else if (live.data.speakers === 0) lacks.push("speakers");
  else if (!live.data.withinLimits) lacks.push("limits");
  const isTold = form.eventCode !== "" && form.level !== null;
  if (isTold && (texts.length === 0 || texts.some((text) => faultsOf(text, mode).length > 0))) {
    lacks.push("text");
  }
  return lacks;
}
