import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode, useState } from "react";
import { alarmPages } from "../../api/alarms.ts";
import {
  eventPages,
  type RejectionJson,
  rejectedMessageQuery,
  rejectionPages,
} from "../../api/device-records.ts";
import { eventName, type KindJson } from "../../api/kinds.ts";
import { reasonWord } from "../../api/reason-words.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { AlarmHistory } from "./alarm-panels.tsx";
import { eventFields } from "./event-words.ts";
import styles from "./happened.module.css";
import { deviceTexts } from "./texts.ts";

/** The fields of an event or a reply in one line. */
export function DataLine({ data }: { data: Readonly<Record<string, unknown>> }) {
  const fields = eventFields(data, useLanguage());
  return (
    <span className={styles.data}>
      {fields.map(({ name, value, isNameCode, isValueCode }, at) => (
        <Fragment key={name}>
          {at > 0 && " · "}
          {isNameCode ? <code>{name}</code> : name} {isValueCode ? <code>{value}</code> : value}
        </Fragment>
      ))}
    </span>
  );
}

function More({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  const { events: words } = useTexts(deviceTexts);
  if (!query.hasNextPage) return null;
  return (
    <p className={styles.more}>
      <Button look="quiet" small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {words.more}
      </Button>
    </p>
  );
}

/** What the device said that happened. */
export function EventsPanel({ device, kind }: { device: string; kind: KindJson | undefined }) {
  const { events: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const query = useInfiniteQuery(eventPages(device));
  const events = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel flush title={words.title}>
      <Loaded query={query}>
        {() =>
          events.length === 0 ? (
            <Empty title={words.none} />
          ) : (
            <>
              <ul className={styles.list}>
                {events.map(({ eventId, phase, type, observedAt, data }) => (
                  <li key={`${eventId} ${phase} ${observedAt}`}>
                    <Moment at={observedAt} only="moment" />
                    <span>
                      {eventName(kind, type, language)} {words.phases[phase] ?? phase}
                    </span>
                    <DataLine data={data} />
                  </li>
                ))}
              </ul>
              <More query={query} />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Its alarms of all times. */
export function PastAlarmsPanel({ device }: { device: string }) {
  const { alarm: words } = useTexts(deviceTexts);
  const query = useInfiniteQuery(alarmPages({ device, state: "all" }));
  const alarms = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.data && alarms.length === 0) return null;
  return (
    <Panel flush title={words.history}>
      <Loaded query={query}>
        {() => (
          <>
            <AlarmHistory alarms={alarms} />
            <More query={query} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** What was refused of it, why, and what exactly it sent. */
export function RejectionsPanel({ device, id }: { device: string; id: string }) {
  const { rejections: words } = useTexts(deviceTexts);
  const query = useInfiniteQuery(rejectionPages(device));
  const rejections = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div id={id}>
      <Panel flush title={words.title}>
        <Loaded query={query}>
          {() =>
            rejections.length === 0 ? (
              <Empty title={words.none}>{words.noneNext}</Empty>
            ) : (
              <>
                <ul className={styles.list}>
                  {rejections.map((rejection) => (
                    <Rejection key={rejection.id} rejection={rejection} />
                  ))}
                </ul>
                <More query={query} />
              </>
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}

function Rejection({ rejection }: { rejection: RejectionJson }) {
  const { rejections: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const { id, receivedAt, reason, detail, items, partial, replayedAt } = rejection;
  const remarks = [
    items > 1 && words.items(items),
    partial && words.partial,
    replayedAt !== null && words.replayed,
  ].filter(Boolean);
  return (
    <li className={styles.rejection}>
      <Moment at={receivedAt} only="moment" />
      <span>
        <b>{reasonWord(reason, language)}</b> {remarks.length > 0 && <small>{remarks.join(" · ")}</small>}
      </span>
      <Button look="quiet" small aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? words.hide : words.see}
      </Button>
      {open && (
        <div className={styles.payload}>
          <p lang="en">{detail}</p>
          <Payload id={id} />
        </div>
      )}
    </li>
  );
}

function Payload({ id }: { id: number }): ReactNode {
  const { rejections: words } = useTexts(deviceTexts);
  const query = useQuery(rejectedMessageQuery(id));
  return (
    <Loaded query={query} lines={2}>
      {({ topic, payload }) => (
        <>
          <p>
            <code>{topic}</code>
          </p>
          {payload.encoding === "base64" && <p>{words.binary}</p>}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{payload.data}</pre>
        </>
      )}
    </Loaded>
  );
}
