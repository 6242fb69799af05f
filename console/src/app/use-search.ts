import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type MeJson, mayDo } from "../api/session.ts";
import { placeName } from "../map/place-name.ts";
import { broadcastSearchQuery, deviceSearchQuery, placeSearchQuery } from "./search-queries.ts";

/** Typing that goes on within this asks nothing, in milliseconds. */
const PAUSE_MS = 200;
const VILLAGE_DIGITS = 12;

/** Something that was found. */
export interface Found {
  readonly group: "places" | "devices" | "broadcasts";
  readonly id: string;
  readonly name: string;
  /** Which of several with the same name. */
  readonly about: string;
  readonly href: string;
}

/** A text once it has stood still. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** A village has no overview of its own: its devices are what there is of it. */
const placeHref = (code: string): string =>
  code.length === VILLAGE_DIGITS ? `/devices?region=${code}` : `/?region=${code}`;

/** Places, devices and broadcasts whose names hold the text, sought by the platform. */
export function useSearch(me: MeJson, text: string) {
  const q = useSettled(text.trim());
  const asked = (action: Parameters<typeof mayDo>[1]) => ({
    enabled: q !== "" && mayDo(me, action),
    placeholderData: keepPreviousData,
  });
  const places = useQuery({ ...placeSearchQuery(q), ...asked("regions:read") });
  const devices = useQuery({ ...deviceSearchQuery(q), ...asked("devices:read") });
  const broadcasts = useQuery({ ...broadcastSearchQuery(q), ...asked("broadcasts:read") });
  const found: readonly Found[] = [
    ...(places.data ?? []).map(
      ({ code, name }): Found => ({
        group: "places",
        id: code,
        name: placeName(name),
        about: code,
        href: placeHref(code),
      }),
    ),
    ...(devices.data ?? []).map(
      ({ id, name }): Found => ({
        group: "devices",
        id,
        name: name ?? id,
        about: name === null ? "" : id,
        href: `/devices/${encodeURIComponent(id)}`,
      }),
    ),
    ...(broadcasts.data ?? []).map(
      ({ id, headline }): Found => ({
        group: "broadcasts",
        id,
        name: headline === "" ? id : headline,
        about: id,
        href: `/broadcasts/${encodeURIComponent(id)}`,
      }),
    ),
  ];
  const all = [places, devices, broadcasts];
  return {
    found: q === "" ? [] : found,
    error: all.find(({ error }) => error !== null)?.error,
    /** Answers to an older text are shown until the new ones come. */
    isSettled:
      q === text.trim() &&
      all.every(
        ({ isPending, isPlaceholderData, fetchStatus }) =>
          !isPlaceholderData && (!isPending || fetchStatus === "idle"),
      ),
  };
}
