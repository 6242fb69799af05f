import type { ReactNode } from "react";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { amount } from "../../../ui/number.ts";
import { PageLink } from "../../../ui/page-link.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { fullMoment } from "../../../ui/time.ts";
import { broadcastTexts } from "../texts.ts";
import styles from "./record.module.css";
import { ReplacedBy } from "./replaced-by.tsx";

/** What else is written of it, for who looks closely. */
export function FactsPanel({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(broadcastTexts);
  const { message, source, proposedByAlarm } = broadcast;
  const links = (ids: readonly string[]) =>
    ids.map((id) => (
      <PageLink key={id} href={`/broadcasts/${id}`}>
        {id}{" "}
      </PageLink>
    ));
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.id, broadcast.id],
    [words.event, message.eventCode],
    [words.class, words.classes[message.class]],
    [words.volume, message.volume === null ? undefined : `${message.volume}%`],
    [words.startsAt, message.startsAt && fullMoment(message.startsAt)],
    [words.expires, broadcast.expiresAt && fullMoment(broadcast.expiresAt)],
    [words.replaces, broadcast.replaces.length > 0 && links(broadcast.replaces)],
    [
      words.replacedBy,
      broadcast.replacedBy.length > 0 && broadcast.replacedBy.map((id) => <ReplacedBy key={id} id={id} />),
    ],
  ];
  return (
    <Panel title={words.facts}>
      <div className={styles.stack}>
        <dl className={styles.facts}>
          {facts.map(
            ([name, value]) =>
              value && (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
        {source && <p>{words.source(source.sender)}</p>}
        {proposedByAlarm !== null && (
          <p>
            {words.proposed} <PageLink href={`/alarms?alarm=${proposedByAlarm}`}>{words.seeAlarm}</PageLink>
          </p>
        )}
        <Cameras broadcast={broadcast} />
      </div>
    </Panel>
  );
}

/** Cameras that look at the place, where an alarm proposed it. */
function Cameras({ broadcast: { attachments } }: { broadcast: BroadcastJson }) {
  const words = useTexts(broadcastTexts);
  if (attachments.length === 0) return null;
  return (
    <p>
      {words.cameras}{" "}
      {attachments.map(({ deviceId, distanceKm }) => (
        <PageLink key={deviceId} href={`/devices/${deviceId}`}>
          {deviceId} {distanceKm !== null && words.km(amount(distanceKm, 1))}{" "}
        </PageLink>
      ))}
    </p>
  );
}
