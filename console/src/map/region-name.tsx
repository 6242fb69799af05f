import { useQuery } from "@tanstack/react-query";
import { childRegionsQuery, type RegionJson } from "../api/regions.ts";
import { useLanguage } from "../ui/texts.ts";
import { placeName } from "./place-name.ts";
import { parentCode } from "./region-code.ts";

/** A region's name as it is asked for: with its list, which the rows beside it need too. */
export function useRegion(code: string | undefined): RegionJson | undefined {
  const known = code !== undefined && code !== "";
  const { data } = useQuery({
    ...childRegionsQuery(known ? parentCode(code) : undefined),
    enabled: known,
  });
  return data?.items.find((region) => region.code === code);
}

/** What a region is called, for a sentence or the name of a file; its code until that is known. Empty for none. */
export function usePlaceName(code: string | undefined): string {
  const language = useLanguage();
  const region = useRegion(code);
  return (language === "en" && region?.nameEn) || placeName(region?.name ?? code ?? "");
}

/** `大坪街道 龙潭村`: a region by name, with the one around it where it is a village. English has pinyin where it is known. */
export function RegionName({ code }: { code: string }) {
  const language = useLanguage();
  const region = useRegion(code);
  const around = useRegion(code.length === 12 ? parentCode(code) : undefined);
  const nameOf = (one: RegionJson) => (language === "en" && one.nameEn) || placeName(one.name);
  if (!region) return <code>{code}</code>;
  return <>{[around, region].flatMap((one) => (one ? [nameOf(one)] : [])).join(" ")}</>;
}
