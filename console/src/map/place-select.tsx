import { useQuery } from "@tanstack/react-query";
import { childRegionsQuery, regionQuery } from "../api/regions.ts";
import { defineTexts, type Language, useLanguage, useTexts } from "../ui/texts.ts";
import { placeName } from "./place-name.ts";
import { shortPlace } from "./short-place.ts";

const texts = defineTexts(
  { everywhere: "全部区域", inside: "下一级", up: "上级" },
  { everywhere: "Everywhere", inside: "Inside", up: "Above" },
);

export interface PlaceSelectProps {
  readonly label: string;
  /** A region's code; undefined: everywhere that the caller may see. */
  readonly value: string | undefined;
  /** The largest region to choose; undefined: everywhere. */
  readonly root: string | undefined;
  readonly onChange: (code: string | undefined) => void;
  readonly className?: string | undefined;
  readonly id?: string;
}

const shown = (place: { name: string; nameEn?: string | null }, language: Language): string =>
  language === "en" && place.nameEn ? place.nameEn : shortPlace(placeName(place.name));

/** Goes up and down the tree of regions, one level at a time. The browser's own select: complete for keyboard and phone. */
export function PlaceSelect({ label, value, root, onChange, className, id }: PlaceSelectProps) {
  const words = useTexts(texts);
  const language = useLanguage();
  const place = useQuery({ ...regionQuery(value ?? ""), enabled: value !== undefined });
  const children = useQuery(childRegionsQuery(value));
  const above = (place.data?.ancestors ?? []).filter(
    ({ code }) => root === undefined || code.startsWith(root),
  );
  return (
    <select
      {...(id && { id })}
      className={className}
      aria-label={id ? undefined : label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
    >
      {root === undefined && <option value="">{words.everywhere}</option>}
      {above.length > 0 && (
        <optgroup label={words.up}>
          {above.map((one) => (
            <option key={one.code} value={one.code}>
              {shown(one, language)}
            </option>
          ))}
        </optgroup>
      )}
      {value !== undefined && (
        <option value={value}>{place.data ? shown(place.data, language) : value}</option>
      )}
      {(children.data?.items.length ?? 0) > 0 && (
        <optgroup label={words.inside}>
          {children.data?.items.map((one) => (
            <option key={one.code} value={one.code}>
              {shown(one, language)}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}
