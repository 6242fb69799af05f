import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type AreaInput, tenantsQuery } from "../../api/access.ts";
import { kindsQuery } from "../../api/kinds.ts";
import type { RegionJson } from "../../api/regions.ts";
import { placeSearchQuery } from "../../app/search-queries.ts";
import { useRegionNames } from "../../map/named-grants.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { type Suggestion, TokenList } from "../../ui/token-list.tsx";
import styles from "./admin.module.css";
import { adminTexts } from "./texts.ts";

const LISTS = ["regions", "kinds", "tenants", "devices"] as const;
type ListName = (typeof LISTS)[number];

export interface AreaEditorProps {
  readonly area: AreaInput;
  readonly onChange: (area: AreaInput) => void;
  /** A display names its regions; `all` is not offered. */
  readonly regionsByName?: boolean;
}

/** An area as four explicit lists: what is forgotten must not open everything, so nothing is left out. */
export function AreaEditor({ area, onChange, regionsByName }: AreaEditorProps) {
  const words = useTexts(adminTexts);
  const suggestions = useSuggestions(area.regions);
  return (
    <div>
      <p className={styles.quiet}>{words.area}</p>
      <div className={styles.four}>
        {LISTS.map((list) => (
          <OneList
            key={list}
            name={list}
            value={area[list]}
            onChange={(value) => onChange({ ...area, [list]: value })}
            suggestions={suggestions[list]}
            onType={list === "regions" ? suggestions.onRegion : undefined}
            onlySome={regionsByName === true && list === "regions"}
          />
        ))}
      </div>
    </div>
  );
}

interface OneListProps {
  readonly name: ListName;
  readonly value: "all" | string[];
  readonly onChange: (value: "all" | string[]) => void;
  readonly suggestions: readonly Suggestion[];
  readonly onType: ((text: string) => void) | undefined;
  readonly onlySome: boolean;
}

function OneList({ name, value, onChange, suggestions, onType, onlySome }: OneListProps) {
  const words = useTexts(adminTexts);
  const group = useId();
  const isAll = value === "all";
  return (
    <fieldset className={styles.choice} aria-label={words[name]}>
      {!onlySome && (
        <div className={styles.radios}>
          <b>{words[name]}</b>
          <label>
            <input type="radio" name={group} checked={isAll} onChange={() => onChange("all")} />
            {words.all}
          </label>
          <label>
            <input type="radio" name={group} checked={!isAll} onChange={() => onChange([])} />
            {words.some}
          </label>
        </div>
      )}
      {!isAll && (
        <TokenList
          label={words[name]}
          values={value}
          onChange={onChange}
          suggestions={suggestions}
          free={name === "devices"}
          {...(value.length === 0 && { hint: words.emptyList })}
          {...(onType && { onType })}
        />
      )}
    </fieldset>
  );
}

/** The browser shows what holds the typed letters: whoever types the English name must find them. */
function labelOf({ code, name, nameEn }: RegionJson, typed: string): string {
  return nameEn && /^[a-z]/i.test(typed) ? `${name} ${nameEn} ${code}` : `${name} ${code}`;
}

/** What each list can hold, by name. */
function useSuggestions(chosen: AreaInput["regions"]) {
  const language = useLanguage();
  const [typed, setTyped] = useState("");
  const regions = useQuery({ ...placeSearchQuery(typed), enabled: typed.length > 0 });
  const kinds = useQuery(kindsQuery);
  const tenants = useInfiniteQuery(tenantsQuery);
  const names = useRegionNames(chosen === "all" ? [] : chosen);
  return {
    onRegion: setTyped,
    regions: [
      ...[...names].map(([code, name]) => ({ value: code, label: `${name} ${code}` })),
      ...(regions.data ?? [])
        .filter(({ code }) => !names.has(code))
        .map((region) => ({ value: region.code, label: labelOf(region, typed) })),
    ],
    kinds: (kinds.data ?? []).map(({ kind, title }) => ({ value: kind, label: title[language] })),
    tenants: (tenants.data?.pages.flatMap(({ items }) => items) ?? []).map(({ id, name }) => ({
      value: id,
      label: name,
    })),
    devices: [] as Suggestion[],
  };
}
