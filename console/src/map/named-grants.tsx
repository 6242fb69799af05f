import { useQueries } from "@tanstack/react-query";
import { regionQuery } from "../api/regions.ts";
import { GrantSentences, type GrantSentencesProps } from "../ui/grant-sentences.tsx";
import { useLanguage } from "../ui/texts.ts";
import { placeName } from "./place-name.ts";
import { shortPlace } from "./short-place.ts";

/** The names of regions by their codes, as far as they are known yet. */
export function useRegionNames(codes: readonly string[]): ReadonlyMap<string, string> {
  const language = useLanguage();
  const regions = useQueries({
    queries: [...new Set(codes)].map((code) => ({ ...regionQuery(code), retry: false })),
  });
  return new Map(
    regions.flatMap(({ data }) =>
      data ? [[data.code, (language === "en" && data.nameEn) || shortPlace(placeName(data.name))]] : [],
    ),
  );
}

/** Grants as people say them, with the names of their regions: 可在务川县审批广播. */
export function NamedGrants({ grants }: Pick<GrantSentencesProps, "grants">) {
  const names = useRegionNames(grants.flatMap(({ area }) => (area.regions === "all" ? [] : area.regions)));
  return <GrantSentences grants={grants} regionName={(code) => names.get(code)} />;
}
