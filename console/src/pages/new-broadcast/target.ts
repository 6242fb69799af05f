import type { TargetJson } from "../../api/drafts.ts";

/** A region by the name that people read. */
export interface NamedRegion {
  readonly code: string;
  readonly name: string;
}

/** The place that a form aims at. Shapes come with a draft or an alert, and are kept as they came. */
export interface Aim {
  readonly regions: readonly NamedRegion[];
  readonly exclude: readonly NamedRegion[];
  readonly shapes: Pick<TargetJson, "polygons" | "circles">;
}

const lies = (code: string, within: string): boolean => code.startsWith(within);

/** Adds a region: what lies in it is part of it from now on. One that lies in another is put back, if it was taken out. */
export function addRegion(aim: Aim, region: NamedRegion): Aim {
  const exclude = aim.exclude.filter(({ code }) => !lies(code, region.code));
  if (aim.regions.some(({ code }) => lies(region.code, code))) return { ...aim, exclude };
  const others = aim.regions.filter(({ code }) => !lies(code, region.code));
  return { ...aim, regions: [...others, region], exclude };
}

/** Takes a region that was named out again, with what was taken out of it. */
export function dropRegion(aim: Aim, gone: string): Aim {
  const regions = aim.regions.filter(({ code }) => code !== gone);
  return { ...aim, regions, exclude: aim.exclude.filter(({ code }) => !lies(code, gone)) };
}

/**
 * Takes a village out, or puts it back.
 * @param known all villages of the target that are shown, those taken out too
 */
export function toggleVillage(aim: Aim, village: NamedRegion, known: readonly NamedRegion[]): Aim {
  if (aim.exclude.some(({ code }) => code === village.code)) {
    return { ...aim, exclude: aim.exclude.filter(({ code }) => code !== village.code) };
  }
  if (aim.regions.some(({ code }) => code === village.code)) return dropRegion(aim, village.code);
  const next: Aim = { ...aim, exclude: [...aim.exclude, village] };
  // A region of which nothing is left is not meant any more.
  const out = new Set(next.exclude.map(({ code }) => code));
  const emptied = aim.regions.filter(({ code }) =>
    known.filter((one) => lies(one.code, code)).every((one) => out.has(one.code)),
  );
  return emptied.reduce<Aim>((rest, { code }) => dropRegion(rest, code), next);
}

export const hasShapes = ({ shapes }: Pick<Aim, "shapes">): boolean =>
  (shapes.polygons?.length ?? 0) + (shapes.circles?.length ?? 0) > 0;

export const isNowhere = (aim: Aim): boolean => aim.regions.length === 0 && !hasShapes(aim);

/** As the platform takes it. */
export const targetOf = ({ regions, exclude, shapes }: Aim): TargetJson => ({
  regions: regions.map(({ code }) => code),
  ...shapes,
  ...(exclude.length > 0 ? { exclude: exclude.map(({ code }) => code) } : {}),
});
