import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { countiesQuery } from "../../api/regions.ts";
import type { MeJson } from "../../api/session.ts";
import { type SummaryPart, summaryQuery } from "../../api/summary.ts";
import { seesAllKinds } from "../../app/area.ts";
import { shortPlace } from "../../map/short-place.ts";
import type { TileState } from "../../map/tile-state.ts";
import { TileLegend, useTileWords } from "../../map/village-matrix.tsx";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { Severity } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemView } from "../../ui/problem-view.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import { overviewHref } from "./addresses.ts";
import { countyCells } from "./counties.ts";
import styles from "./county-panel.module.css";
import { overviewTexts } from "./texts.ts";
import { countsOf, restingState, type TileSubject, worstOf } from "./villages.ts";

const ProvinceMap = lazy(() => import("../../map/province-map.tsx"));

const STATES: readonly TileState[] = ["online", "partly", "offline", "none"];

export interface CountyPanelProps {
  readonly me: MeJson;
  readonly region: string;
  readonly place: string;
}

/** The counties of a province or city: a schematic, or the same as a table. */
export function CountyPanel({ me, region, place }: CountyPanelProps) {
  const { counties: words, villages, loading } = useTexts(overviewTexts);
  const [parameters, setParameters] = useParameters();
  const asTable = parameters.get("view") === "table";
  const summary = useQuery(summaryQuery(region, "county"));
  const places = useQuery(countiesQuery(region));
  const failed = [summary, places].find(({ error, data }) => error !== null && data === undefined);
  const speaks = seesAllKinds(me) || (summary.data?.total.speakers.total ?? 0) > 0;
  const subject: TileSubject = speaks ? "speakers" : "devices";
  const caption = words.caption(place);
  return (
    <Panel
      title={words.title}
      flush={asTable}
      more={
        <Button look="quiet" small onClick={() => setParameters({ view: asTable ? undefined : "table" })}>
          {asTable ? words.map : villages.table}
        </Button>
      }
    >
      {failed?.error ? (
        <ProblemView error={failed.error} onAgain={() => void failed.refetch()} />
      ) : !summary.data || !places.data ? (
        <div className={styles.room} role="status" aria-label={loading} aria-busy="true" />
      ) : asTable ? (
        <CountyTable caption={caption} parts={summary.data.items} subject={subject} />
      ) : (
        <Suspense fallback={<div className={styles.room} />}>
          <ProvinceMap
            caption={caption}
            counties={countyCells(summary.data, places.data, subject)}
            hrefOf={overviewHref}
          />
          <TileLegend
            states={STATES}
            outlined={villages.range}
            {...(subject === "devices" && { words: { none: villages.noDevice } })}
          />
        </Suspense>
      )}
    </Panel>
  );
}

interface CountyTableProps {
  readonly caption: string;
  readonly parts: readonly SummaryPart[];
  readonly subject: TileSubject;
}

function CountyTable({ caption, parts, subject }: CountyTableProps) {
  const { counties: words, villages } = useTexts(overviewTexts);
  const wordsOf = useTileWords();
  return (
    <Table
      caption={caption}
      rows={parts}
      rowKey={({ code }) => code}
      columns={[
        {
          key: "county",
          head: words.county,
          cell: ({ code, name }) => <PageLink href={overviewHref(code)}>{shortPlace(name)}</PageLink>,
        },
        {
          key: "state",
          head: words.state,
          cell: (part) => {
            const state = restingState(countsOf(part, subject));
            const noDevice = state === "none" && subject === "devices";
            return noDevice ? villages.noDevice : wordsOf({ state, words: undefined });
          },
        },
        {
          key: "well",
          head: subject === "speakers" ? villages.speakers : villages.devices,
          cell: (part) => {
            const { ok, total } = countsOf(part, subject);
            return total === 0 ? "—" : `${count(ok)}/${count(total)}`;
          },
          numeric: true,
        },
        {
          key: "onAir",
          head: words.onAir,
          cell: (part) => count(part.broadcasts?.onAir ?? 0),
          numeric: true,
        },
        {
          key: "pending",
          head: words.pending,
          cell: (part) => count(part.broadcasts?.pendingApproval ?? 0),
          numeric: true,
        },
        {
          key: "alarms",
          head: villages.alarms,
          cell: (part) => {
            const worst = worstOf(part.alarms);
            return worst ? (
              <>
                <Severity severity={worst.severity} /> {count(worst.alarms)}
              </>
            ) : (
              "—"
            );
          },
        },
      ]}
    />
  );
}
