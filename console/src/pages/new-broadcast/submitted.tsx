import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { approversQuery, historyQuery } from "../../api/broadcast-record.ts";
import { type ApproversJson, type BroadcastJson, broadcastQuery } from "../../api/broadcasts.ts";
import { followUpKindOf } from "../../api/follow-ups.ts";
import { NotFound } from "../../app/not-found.tsx";
import { Banner } from "../../ui/banner.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import type { ModeName } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { FollowUpLine } from "../broadcast/follow-up-line.tsx";
import styles from "./check.module.css";
import { checkTexts } from "./check-texts.ts";
import { ModePage, modeOfPath } from "./mode-page.tsx";

/** After the submission: who was asked, and the way on when nobody can be reached. */
export default function Submitted() {
  const params = useParams<{ mode: string; id: string }>();
  const words = useTexts(checkTexts);
  const mode = modeOfPath(params.mode);
  const broadcast = useQuery(broadcastQuery(params.id));
  if (!mode || (broadcast.data && broadcast.data.message.mode !== mode)) return <NotFound />;
  return (
    <ModePage mode={mode} heading={words.submittedTitle[mode]} step="check">
      <Loaded query={broadcast}>{(found) => <Waiting mode={mode} broadcast={found} />}</Loaded>
    </ModePage>
  );
}

function Waiting({ mode, broadcast }: { mode: ModeName; broadcast: BroadcastJson }) {
  const words = useTexts(checkTexts);
  const { id, state } = broadcast;
  const approvers = useQuery(approversQuery(id));
  const mayRelease = broadcast.steps.some(({ action, allowed }) => action === "release" && allowed);
  return (
    <>
      <FollowUpLine kind={followUpKindOf(broadcast)} replaces={broadcast.replaces} />
      {state === "pending_approval" ? (
        <SubmittedAt id={id} />
      ) : (
        <Banner>{words.nowIs[state] ?? state}</Banner>
      )}
      {state === "pending_approval" && (
        <Panel title={words.asked} about={words.askedAbout} count={approvers.data?.items.length ?? 0}>
          <Loaded query={approvers} lines={2}>
            {(found) => <Asked approvers={found} />}
          </Loaded>
        </Panel>
      )}
      <div className={styles.stack}>
        <ButtonLink look="primary" href={`/broadcasts/${id}`}>
          {words.toBroadcast}
        </ButtonLink>
        {state === "pending_approval" && mode === "actual" && (
          <p>
            {words.unreachable}{" "}
            {mayRelease ? (
              <PageLink href={`/broadcasts/new/actual/release/${id}`}>{words.greenTitle}</PageLink>
            ) : (
              words.unreachableNo
            )}
          </p>
        )}
      </div>
    </>
  );
}

function SubmittedAt({ id }: { id: string }) {
  const words = useTexts(checkTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const history = useQuery(historyQuery(id));
  const step = history.data?.items.findLast(({ action }) => action === "submit");
  return <p>{step && words.submittedAbout(shortMoment(step.at, language, now))}</p>;
}

function Asked({ approvers: { items, waiting } }: { approvers: ApproversJson }) {
  const words = useTexts(checkTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  return (
    <>
      <p>{words.ownAbout}</p>
      {items.length === 0 && <p>{words.nobodyAsked}</p>}
      <ul className={styles.people}>
        {items.map(({ id, name, signedIn }) => (
          <li key={id}>
            <b>{name}</b>
            <span>{signedIn ? words.signedIn : words.away}</span>
          </li>
        ))}
        {waiting.map(({ id, name, until }) => (
          <li key={id}>{words.waiting(name, shortMoment(until, language, now))}</li>
        ))}
      </ul>
    </>
  );
}
