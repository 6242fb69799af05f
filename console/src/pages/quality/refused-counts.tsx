import { useQuery } from "@tanstack/react-query";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { reasonWord } from "../../api/reason-words.ts";
import { type RefusedBy, type RejectionCountsJson, refusedCountsQuery } from "../../api/rejections.ts";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { count } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { countFiltersOf, REFUSED_BY, refusedBy } from "./filters.ts";
import styles from "./refused-counts.module.css";
import { qualityTexts } from "./texts.ts";

type Counted = RejectionCountsJson["items"][number];

/** What each value is called, by what is counted. */
function useNames(by: RefusedBy): (value: string | null) => string {
  const { refused: words, doors } = useTexts(qualityTexts);
  const language = useLanguage();
  const { data: kinds } = useQuery(kindsQuery);
  return (value) => {
    if (value === null) return words.unknownKind;
    if (by === "reason") return reasonWord(value, language);
    return by === "kind" ? kindTitle(kinds, value, language) : (doors[value] ?? value);
  };
}

/** How much was refused and why, as bars with their numbers or as a table. */
export function RefusedCounts() {
  const { refused: words } = useTexts(qualityTexts);
  const [parameters, change] = useParameters();
  const by = refusedBy(parameters);
  const filters = countFiltersOf(parameters);
  const query = useQuery(refusedCountsQuery(by, filters));
  const nameOf = useNames(by);
  const asTable = parameters.get("counts") === "table";
  return (
    <Panel
      title={words.title}
      {...(query.data && { count: count(query.data.total) })}
      flush
      more={
        <>
          <Segmented
            label={words.by}
            value={by}
            options={REFUSED_BY.map((value) => ({ value, label: words.bys[value] }))}
            onChange={(value) => change({ by: value === "reason" ? undefined : value })}
          />
          <Button look="quiet" small onClick={() => change({ counts: asTable ? undefined : "table" })}>
            {asTable ? words.asBars : words.asTable}
          </Button>
        </>
      }
    >
      <Loaded query={query} lines={5}>
        {({ items }) => {
          if (items.length === 0) {
            const isFiltered = Object.keys(filters).length > 0;
            return <Empty title={words.none}>{isFiltered ? words.noneFiltered : words.noneNext}</Empty>;
          }
          if (asTable) return <CountsTable items={items} by={by} nameOf={nameOf} />;
          return <Bars items={items} by={by} nameOf={nameOf} />;
        }}
      </Loaded>
    </Panel>
  );
}

interface CountsProps {
  readonly items: readonly Counted[];
  readonly by: RefusedBy;
  readonly nameOf: (value: string | null) => string;
}

function CountsTable({ items, by, nameOf }: CountsProps) {
  const { refused: words } = useTexts(qualityTexts);
  return (
    <Table
      caption={`${words.title} · ${words.bys[by]}`}
      rows={items}
      rowKey={({ value }) => value ?? ""}
      columns={[
        { key: "name", head: words.bys[by], cell: ({ value }) => nameOf(value) },
        {
          key: "rejections",
          head: words.rejections,
          numeric: true,
          cell: ({ rejections }) => count(rejections),
        },
        { key: "items", head: words.items, numeric: true, cell: (one) => count(one.items) },
      ]}
    />
  );
}

/** A bar of a reason or kind narrows the list to it; the API has no filter for doors. */
function Bars({ items, by, nameOf }: CountsProps) {
  const { refused: words } = useTexts(qualityTexts);
  const [parameters, change] = useParameters();
  const most = Math.max(...items.map(({ rejections }) => rejections));
  return (
    <ul className={styles.bars} data-list>
      {items.map(({ value, rejections }) => {
        const name = nameOf(value);
        const chosen = value !== null && parameters.get(by) === value;
        return (
          <li key={value ?? ""} className={styles.bar}>
            {by === "door" || value === null ? (
              <span>{name}</span>
            ) : (
              <button
                type="button"
                data-item
                aria-pressed={chosen}
                title={words.only(name)}
                onClick={() => change({ [by]: chosen ? undefined : value })}
              >
                {name}
              </button>
            )}
            <span className={styles.track} aria-hidden>
              <span style={{ width: `${(rejections / most) * 100}%` }} />
            </span>
            <b>{count(rejections)}</b>
          </li>
        );
      })}
    </ul>
  );
}
