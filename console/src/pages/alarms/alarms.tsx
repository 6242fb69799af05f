import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { type AlarmJson, alarmPages } from "../../api/alarms.ts";
import { broadcastsQuery } from "../../api/broadcasts.ts";
import { type MeJson, mayDo, meQuery } from "../../api/session.ts";
import { useParameters } from "../../ui/address.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { count } from "../../ui/number.ts";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { AlarmFilterBar } from "./alarm-filters.tsx";
import { AlarmLine } from "./alarm-line.tsx";
import styles from "./alarms.module.css";
import { filtersOf } from "./filters.ts";
import { NoAlarms } from "./no-alarms.tsx";
import { alarmsTexts } from "./texts.ts";

const AcknowledgeDialog = lazy(() => import("./acknowledge-dialog.tsx"));

/** A queue to work off: what nobody has acknowledged, the most urgent first. */
export default function Alarms() {
  const words = useTexts(alarmsTexts);
  const { data: me } = useQuery(meQuery);
  const [parameters] = useParameters();
  const pages = useInfiniteQuery(alarmPages(filtersOf(parameters)));
  const items = pages.data?.pages.flatMap((page) => page.items);
  if (!me) return null;
  return (
    <Page title={words.title}>
      <AlarmFilterBar />
      {!mayDo(me, "alarms:acknowledge") && <p className={styles.mayNot}>{words.mayNot}</p>}
      <Loaded query={{ data: items, error: pages.error, refetch: pages.refetch }} lines={10}>
        {(alarms) =>
          alarms.length === 0 ? (
            <NoAlarms />
          ) : (
            <>
              <Queue me={me} alarms={alarms} sought={Number(parameters.get("alarm")) || undefined} />
              <p className={styles.foot}>
                {words.loaded(count(alarms.length), pages.hasNextPage)}
                {pages.hasNextPage && (
                  <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                    {words.more}
                  </Button>
                )}
              </p>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** The drafts that alarms have proposed, by alarm. */
function useProposals(me: MeJson): ReadonlyMap<number, string> {
  const { data } = useQuery({
    ...broadcastsQuery({ state: "draft,returned" }),
    enabled: mayDo(me, "broadcasts:draft"),
  });
  return new Map(
    (data?.items ?? []).flatMap(({ id, proposedByAlarm }) =>
      proposedByAlarm === null ? [] : [[proposedByAlarm, id] as const],
    ),
  );
}

interface QueueProps {
  readonly me: MeJson;
  readonly alarms: readonly AlarmJson[];
  readonly sought: number | undefined;
}

function Queue({ me, alarms, sought }: QueueProps) {
  const words = useTexts(alarmsTexts);
  const [, setParameters] = useParameters();
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [asked, setAsked] = useState<readonly AlarmJson[]>();
  const proposals = useProposals(me);
  const mayAcknowledge = mayDo(me, "alarms:acknowledge");
  const open = mayAcknowledge ? alarms.filter(({ acknowledgedAt }) => acknowledgedAt === null) : [];
  const chosen = open.filter(({ id }) => picked.has(id));
  const pick = (ids: readonly number[], isPicked: boolean) =>
    setPicked((before) => {
      const after = new Set(before);
      for (const id of ids) isPicked ? after.add(id) : after.delete(id);
      return after;
    });
  return (
    <>
      {sought !== undefined && alarms.every(({ id }) => id !== sought) && (
        <Banner
          end={
            <Button small onClick={() => setParameters({ state: "all", acknowledged: undefined })}>
              {words.toAll}
            </Button>
          }
        >
          {words.gone}
        </Banner>
      )}
      <Panel
        flush
        title={words.list}
        more={
          open.length > 0 && (
            <label className={styles.all}>
              <input
                type="checkbox"
                checked={chosen.length === open.length}
                onChange={(event) =>
                  pick(
                    open.map(({ id }) => id),
                    event.target.checked,
                  )
                }
              />
              {words.selectAll}
            </label>
          )
        }
      >
        <ul data-list>
          {alarms.map((alarm) => (
            <AlarmLine
              key={alarm.id}
              alarm={alarm}
              proposal={proposals.get(alarm.id)}
              mayDraft={mayDo(me, "broadcasts:draft")}
              isSought={alarm.id === sought}
              onAcknowledge={
                mayAcknowledge && alarm.acknowledgedAt === null ? () => setAsked([alarm]) : undefined
              }
              selected={picked.has(alarm.id)}
              onSelect={(selected) => pick([alarm.id], selected)}
            />
          ))}
        </ul>
      </Panel>
      {chosen.length > 0 && (
        <div className={styles.several}>
          <span>{words.selected(chosen.length)}</span>
          <Button look="primary" onClick={() => setAsked(chosen)}>
            {words.acknowledgeThese(chosen.length)}
          </Button>
        </div>
      )}
      {asked && (
        <Suspense>
          <AcknowledgeDialog
            alarms={asked}
            onClose={() => setAsked(undefined)}
            onDone={(ids) => pick(ids, false)}
          />
        </Suspense>
      )}
    </>
  );
}
