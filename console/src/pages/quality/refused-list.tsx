import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { RejectionJson } from "../../api/device-records.ts";
import { reasonNext, reasonWord } from "../../api/reason-words.ts";
import { refusedPages } from "../../api/rejections.ts";
import { useParameters } from "../../ui/address.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Tag } from "../../ui/marks.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { listFiltersOf } from "./filters.ts";
import { RefusedFilterBar } from "./refused-filter-bar.tsx";
import styles from "./refused-list.module.css";
import { qualityTexts } from "./texts.ts";

const RefusedDialog = lazy(() => import("./refused-dialog.tsx"));

/** The refused messages, newest first; the one that is open stands in the address. */
export function RefusedList({ mayReplay }: { mayReplay: boolean }) {
  const { list: words, refused } = useTexts(qualityTexts);
  const [parameters, change] = useParameters();
  const filters = listFiltersOf(parameters);
  const pages = useInfiniteQuery(refusedPages(filters));
  const items = pages.data?.pages.flatMap((page) => page.items);
  const open = Number(parameters.get("rejection"));
  return (
    <Panel title={words.title} flush>
      <RefusedFilterBar />
      <Loaded query={{ data: items, error: pages.error, refetch: pages.refetch }} lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={refused.none}>
              {Object.keys(filters).length > 0 ? refused.noneFiltered : refused.noneNext}
            </Empty>
          ) : (
            <ul data-list>
              {rows.map((row) => (
                <Line key={row.id} row={row} onOpen={() => change({ rejection: String(row.id) })} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <MoreButton query={pages}>{words.more}</MoreButton>
      {open > 0 && Number.isInteger(open) && (
        <Suspense>
          <RefusedDialog id={open} mayReplay={mayReplay} onClose={() => change({ rejection: undefined })} />
        </Suspense>
      )}
    </Panel>
  );
}

/** What was wrong and what to do, whose it is, when it came, and what became of it since. */
function Line({ row, onOpen }: { row: RejectionJson; onOpen: () => void }) {
  const { list: words } = useTexts(qualityTexts);
  const language = useLanguage();
  const word = reasonWord(row.reason, language);
  return (
    <li className={styles.line}>
      <div>
        <b>{word}</b> <Remarks row={row} />
        <p className={styles.next}>{reasonNext(row.reason, language)}</p>
      </div>
      <Where row={row} />
      <Moment at={row.receivedAt} />
      <Button small data-item aria-label={words.open(row.id, word)} onClick={onOpen}>
        {words.see}
      </Button>
    </li>
  );
}

function Remarks({ row }: { row: RejectionJson }) {
  const { list: words } = useTexts(qualityTexts);
  const { items, messages, partial, replayOutcome } = row;
  const tags = [
    partial && words.partialTag,
    messages > 1 && words.messages(count(messages)),
    messages <= 1 && items > 1 && words.items(count(items)),
    replayOutcome !== null && (words.outcomes[replayOutcome] ?? replayOutcome),
  ];
  return tags.map((text) => text && <Tag key={text}>{text}</Tag>);
}

function Where({ row }: { row: RejectionJson }) {
  const { list: words, doors } = useTexts(qualityTexts);
  const { deviceId, door, topic } = row;
  return (
    <div className={styles.where}>
      {deviceId === null ? (
        <span>{words.unknownDevice}</span>
      ) : (
        <PageLink href={`/devices/${encodeURIComponent(deviceId)}`}>{deviceId}</PageLink>
      )}
      <span className={styles.topic}>
        {doors[door] ?? door} · <code>{topic}</code>
      </span>
    </div>
  );
}
