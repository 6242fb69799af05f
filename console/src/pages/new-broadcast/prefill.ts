import type { QueryClient } from "@tanstack/react-query";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { followUpKindOf } from "../../api/follow-ups.ts";
import { regionQuery } from "../../api/regions.ts";
import type { LevelNumber, ModeName } from "../../ui/marks.tsx";
import { DEFAULT_HOURS, EMPTY_FORM, type Form, type Origin, storedDraft } from "./form.ts";
import { reframe } from "./frame-text.ts";
import type { NamedRegion } from "./target.ts";

/** Region names are asked for one by one; more of them than this are shown by their codes. */
const MOST_NAMES = 60;

/** Regions by name; one that cannot be read keeps its code, so that it stays visible and can be taken out. */
export const nameRegions = (client: QueryClient, codes: readonly string[]): Promise<NamedRegion[]> =>
  Promise.all(
    codes.map(async (code, at) => {
      if (at >= MOST_NAMES) return { code, name: code };
      const found = await client.fetchQuery(regionQuery(code)).catch(() => undefined);
      return { code, name: found?.name ?? code };
    }),
  );

type Content = Pick<BroadcastJson, "id" | "revision" | "message" | "template" | "headline"> &
  Pick<BroadcastJson, "source" | "proposedByAlarm" | "replaces">;

async function contentOf(client: QueryClient, { message }: Content): Promise<Form> {
  const { target, eventCode = "", level, volume, repeatCount, expiresAt } = message;
  const [regions, exclude] = await Promise.all([
    nameRegions(client, target.regions),
    nameRegions(client, target.exclude ?? []),
  ]);
  return {
    ...EMPTY_FORM,
    eventCode,
    level: level as LevelNumber,
    class: message.class,
    regions,
    exclude,
    shapes: { polygons: target.polygons, circles: target.circles } as Form["shapes"],
    texts: message.texts,
    lifetime: expiresAt === undefined ? { hours: DEFAULT_HOURS } : { at: expiresAt },
    volume,
    repeatCount,
  };
}

/**
 * A draft to be written on: what is saved changes it. Its words are the stored ones, whoever wrote them: a template would
 * say something else, and of an all-clear the contrary.
 */
export async function formOfDraft(client: QueryClient, draft: Content): Promise<Form> {
  const content = await contentOf(client, draft);
  return {
    ...content,
    texts: draft.message.texts.length > 0 ? content.texts : undefined,
    origin: originOf(draft),
    draft: storedDraft(draft, false),
  };
}

function originOf({ source, proposedByAlarm }: Content): Origin | null {
  if (proposedByAlarm !== null) return { type: "alarm", alarm: proposedByAlarm };
  return source ? { type: "alert", sender: source.sender } : null;
}

/** The mode in which a copy opens. One of an actual broadcast is a drill until somebody begins an actual one. */
export const modeOfCopy = (mode: ModeName): ModeName => (mode === "training" ? "training" : "drill");

/** A new broadcast with the content of an earlier one; texts that were a template's are filled in for now. */
export async function formOfCopy(client: QueryClient, original: Content, mode: ModeName): Promise<Form> {
  const content = await contentOf(client, original);
  return {
    ...content,
    // The template of a follow-up's event is that of a new warning.
    texts:
      original.template && followUpKindOf(original) === null
        ? undefined
        : content.texts?.map((text) => reframe(text, mode)),
    lifetime: { hours: DEFAULT_HOURS },
    origin: { type: "copy", headline: original.headline },
  };
}
