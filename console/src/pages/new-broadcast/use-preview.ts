import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { type PreviewJson, previewQuery } from "../../api/drafts.ts";
import type { ModeName } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import type { Form } from "./form.ts";
import { isNowhere, targetOf } from "./target.ts";

/** Nobody decides on an older one, in milliseconds. */
export const PREVIEW_LASTS_MS = 30_000;
/** Villages are clicked one after the other: the platform is asked when that pauses. */
const PAUSE_MS = 300;

/** The preview of what is in the form, with what a decision needs to know about it. */
export interface LivePreview {
  /** The last one there is, maybe of another place. */
  readonly data: PreviewJson | undefined;
  readonly error: Error | null;
  readonly again: () => void;
  /** Milliseconds since it was computed. */
  readonly ageMs: number;
  /** It is of the place that the form has now. */
  readonly isOfThis: boolean;
  /** Of this place and not too old: numbers that somebody may act on. */
  readonly isCurrent: boolean;
}

function usePaused<T>(value: T): T {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}

export function usePreview(mode: ModeName, form: Form): LivePreview {
  const { regions, exclude, shapes, level, class: messageClass } = form;
  const asked = useMemo(
    () => ({ target: targetOf({ regions, exclude, shapes }), mode, class: messageClass, level }),
    [regions, exclude, shapes, mode, messageClass, level],
  );
  const paused = usePaused(asked);
  const isEmpty = isNowhere(form);
  const query = useQuery({
    ...previewQuery(paused),
    enabled: !isEmpty,
    // The numbers before stay to be seen, and say that they are of another place.
    placeholderData: (last) => last,
  });
  useNow();
  const ageMs = Math.max(0, Date.now() - query.dataUpdatedAt);
  const data = isEmpty ? undefined : query.data;
  const isOfThis = data !== undefined && !query.isPlaceholderData && paused === asked;
  return {
    data,
    error: query.error,
    again: () => void query.refetch(),
    ageMs,
    isOfThis,
    isCurrent: isOfThis && ageMs <= PREVIEW_LASTS_MS,
  };
}
