import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type FormEvent, useEffect, useRef } from "react";
import { type DeviceFilters, deviceCountsQuery } from "../../api/devices.ts";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { RegionSelect } from "../../map/region-select.tsx";
import type { Parameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { useSeverityWords, useStateWords } from "../../ui/marks.tsx";
import { PickSelect } from "../../ui/pick.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./filter-bar.module.css";
import { NO_FILTERS, narrowing } from "./filters.ts";
import { devicesTexts } from "./texts.ts";

/** So long after the last key the search is asked for, in milliseconds. */
const TYPED_MS = 250;

export interface FilterBarProps {
  readonly filters: DeviceFilters;
  readonly onChange: (changes: Parameters) => void;
  readonly gatewayNames: ReadonlyMap<string, string>;
  readonly home: string | undefined;
  readonly mayReadAlarms: boolean;
  /** Choices are counted once the list is there. */
  readonly listed: boolean;
}

/** A text that becomes a filter some moments after it was typed, or at once with Enter. */
function TypedFilter(props: {
  name: string;
  label: string;
  placeholder?: string;
  value: string;
  onValue: (value: string | undefined) => void;
  search?: boolean;
}) {
  const { name, label, placeholder, value, onValue, search } = props;
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // The address changed by itself: by "clear", or Back.
    if (input.current && input.current.value.trim() !== value) input.current.value = value;
  }, [value]);
  const take = () => {
    clearTimeout(timer.current);
    onValue(input.current?.value.trim() || undefined);
  };
  return (
    <form
      className={styles.typed}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        take();
      }}
    >
      {search && <Search aria-hidden />}
      <input
        ref={input}
        name={name}
        type="search"
        aria-label={label}
        placeholder={placeholder ?? label}
        defaultValue={value}
        maxLength={100}
        autoComplete="off"
        {...(search && { "data-search": true })}
        onChange={() => {
          clearTimeout(timer.current);
          timer.current = setTimeout(take, TYPED_MS);
        }}
      />
    </form>
  );
}

export function FilterBar({ filters, onChange, gatewayNames, home, mayReadAlarms, listed }: FilterBarProps) {
  const words = useTexts(devicesTexts);
  const language = useLanguage();
  const states = useStateWords();
  const severities = useSeverityWords();
  const kinds = useQuery(kindsQuery);
  const { gateway, tenant, kind, ...others } = narrowing(filters);
  const byKind = useQuery({ ...deviceCountsQuery("kind", {}), enabled: listed });
  const byGateway = useQuery({
    ...deviceCountsQuery("gateway", { ...others, ...(kind && { kind }) }),
    enabled: listed,
  });
  const byTenant = useQuery({ ...deviceCountsQuery("tenant", {}), enabled: listed });
  const any = { value: "", label: words.any };
  const pick = (name: string) => (value: string) => onChange({ [name]: value || undefined });
  const kindOptions = (byKind.data?.items ?? []).flatMap(({ value }) =>
    value === null ? [] : [{ value, label: kindTitle(kinds.data, value, language) }],
  );
  const gatewayOptions = (byGateway.data?.items ?? []).flatMap(({ value }) =>
    value === null ? [] : [{ value, label: gatewayNames.get(value) ?? value }],
  );
  const tenantOptions = (byTenant.data?.items ?? []).flatMap(({ value }) =>
    value === null ? [] : [{ value, label: value }],
  );
  const withChosen = (options: { value: string; label: string }[], chosen: string | undefined) =>
    chosen === undefined || options.some(({ value }) => value === chosen)
      ? options
      : [...options, { value: chosen, label: chosen }];
  const filtered = Object.keys(narrowing(filters)).length > 0;
  return (
    <div className={styles.bar}>
      <TypedFilter
        search
        name="q"
        label={words.search}
        value={filters.q ?? ""}
        onValue={(q) => onChange({ q })}
      />
      <RegionSelect value={filters.region} top={home} onChange={(region) => onChange({ region })} />
      {(!byKind.data || kindOptions.length > 1 || kind) && (
        <PickSelect
          label={words.kind}
          value={kind ?? ""}
          options={[any, ...withChosen(kindOptions, kind)]}
          onChange={pick("kind")}
        />
      )}
      <PickSelect
        label={words.status}
        value={filters.status ?? ""}
        options={[
          any,
          ...withChosen(
            (["ok", "late", "silent", "never"] as const).map((value) => ({ value, label: states[value] })),
            filters.status,
          ),
        ]}
        onChange={pick("status")}
      />
      {mayReadAlarms && (
        <PickSelect
          label={words.alarm}
          value={filters.alarm ?? ""}
          options={[
            any,
            { value: "any", label: words.alarmAny },
            ...(["critical", "major", "minor", "warning"] as const).map((value) => ({
              value,
              label: severities[value],
            })),
            { value: "none", label: words.alarmNone },
          ]}
          onChange={pick("alarm")}
        />
      )}
      {(!byGateway.data || gatewayOptions.length > 0 || gateway) && (
        <PickSelect
          label={words.gateway}
          value={gateway ?? ""}
          options={[any, ...withChosen(gatewayOptions, gateway)]}
          onChange={pick("gateway")}
        />
      )}
      {(!byTenant.data || tenantOptions.length > 1 || tenant) && (
        <PickSelect
          label={words.tenant}
          value={tenant ?? ""}
          options={[any, ...withChosen(tenantOptions, tenant)]}
          onChange={pick("tenant")}
        />
      )}
      <TypedFilter
        name="attribute"
        label={words.attribute}
        placeholder={`${words.attribute} ${words.attributeHint}`}
        value={filters.attribute ?? ""}
        onValue={(attribute) => onChange({ attribute })}
      />
      {filtered && (
        <Button look="quiet" onClick={() => onChange(NO_FILTERS)}>
          {words.clear}
        </Button>
      )}
    </div>
  );
}
