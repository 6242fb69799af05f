import { useQuery } from "@tanstack/react-query";
import { childRegionsQuery, regionQuery } from "../api/regions.ts";
import { PickSelect } from "../ui/pick.tsx";
import { defineTexts, useLanguage, useTexts } from "../ui/texts.ts";
import { placeName } from "./place-name.ts";
import { shortPlace } from "./short-place.ts";

const texts = defineTexts(
  {
    region: "地区",
    all: "全部",
    allOf: (name: string) => `${name}全部`,
    inside: (name: string) => `${name}内`,
  },
  {
    region: "Region",
    all: "All",
    allOf: (name: string) => `All of ${name}`,
    inside: (name: string) => `Inside ${name}`,
  },
);

export interface RegionSelectProps {
  /** Undefined: everything that the caller may see. */
  readonly value: string | undefined;
  readonly onChange: (code: string | undefined) => void;
  /** Where it begins; a caller with one county need not go down from the province. */
  readonly top?: string | undefined;
  readonly label?: string;
  /** In place of 全部 where one has to be chosen. */
  readonly empty?: string;
}

/** The way up and the regions right below: each choice goes one step, and the select stays a short one. */
export function RegionSelect({ value, onChange, top, label, empty }: RegionSelectProps) {
  const words = useTexts(texts);
  const language = useLanguage();
  const here = value ?? top;
  const region = useQuery({ ...regionQuery(here ?? ""), enabled: here !== undefined });
  const children = useQuery(childRegionsQuery(here));
  const nameOf = (one: { name: string; nameEn?: string | null }) =>
    (language === "en" && one.nameEn) || shortPlace(placeName(one.name));
  const upAndHere = region.data ? [...region.data.ancestors, region.data] : [];
  const topRegion = upAndHere.find(({ code }) => code === top);
  const options = [
    { value: "", label: empty ?? (topRegion ? words.allOf(nameOf(topRegion)) : words.all) },
    ...upAndHere
      .filter(({ code }) => top === undefined || code.length > top.length)
      .map((one) => ({ value: one.code, label: nameOf(one) })),
    // Until its name is there, or where there is no such region.
    ...(value !== undefined && !region.data ? [{ value, label: value }] : []),
  ];
  const below = (children.data?.items ?? []).map((one) => ({ value: one.code, label: nameOf(one) }));
  return (
    <PickSelect
      label={label ?? words.region}
      value={value ?? ""}
      options={options}
      below={{ label: words.inside(region.data ? nameOf(region.data) : words.all), options: below }}
      onChange={(code) => onChange(code === "" ? undefined : code)}
    />
  );
}
