import { useEffect, useRef } from "react";
import type { AlarmJson } from "../../api/alarms.ts";
import { placeName } from "../../map/place-name.ts";
import { shortPlace } from "../../map/short-place.ts";
import { alarmText } from "../../ui/alarm-text.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Severity } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { ago, fullMoment, shortMoment } from "../../ui/time.ts";
import styles from "./alarm-line.module.css";
import { alarmsTexts } from "./texts.ts";

export interface AlarmLineProps {
  readonly alarm: AlarmJson;
  /** The draft that it proposed. */
  readonly proposal: string | undefined;
  readonly mayDraft: boolean;
  /** The address names it. */
  readonly isSought: boolean;
  /** Undefined where the caller may not acknowledge, or somebody has. */
  readonly onAcknowledge: (() => void) | undefined;
  readonly selected: boolean;
  readonly onSelect: (selected: boolean) => void;
}

/** One alarm: how grave, what, where, since when, whose, and what to do. */
export function AlarmLine(props: AlarmLineProps) {
  const { alarm, isSought, onAcknowledge, selected, onSelect } = props;
  const words = useTexts(alarmsTexts);
  const language = useLanguage();
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSought) ref.current?.scrollIntoView({ block: "center" });
  }, [isSought]);
  const name = `${alarmText(alarm, language)} ${alarm.deviceName ?? alarm.deviceId}`;
  return (
    <li ref={ref} className={`${styles.line} ${isSought ? styles.sought : ""}`}>
      {onAcknowledge ? (
        <label className={styles.check}>
          <input
            type="checkbox"
            aria-label={words.select(name)}
            checked={selected}
            onChange={(event) => onSelect(event.target.checked)}
          />
        </label>
      ) : (
        <span className={styles.check} />
      )}
      <Severity severity={alarm.severity} />
      <What alarm={alarm} />
      <When alarm={alarm} />
      <div className={styles.steps}>
        <Proposal {...props} />
        {onAcknowledge && (
          <Button small onClick={onAcknowledge}>
            {words.acknowledge}
          </Button>
        )}
      </div>
    </li>
  );
}

function What({ alarm }: { alarm: AlarmJson }) {
  const words = useTexts(alarmsTexts);
  const language = useLanguage();
  const path = alarm.regionPath[language].map((name) => shortPlace(placeName(name)));
  return (
    <div className={styles.what}>
      <PageLink href={`/devices/${encodeURIComponent(alarm.deviceId)}`} isItem>
        <b>{alarmText(alarm, language)}</b> {alarm.deviceName ?? alarm.deviceId}
      </PageLink>
      <div className={styles.about}>
        {(language === "zh" ? path : path.toReversed()).join(language === "zh" ? " " : ", ")}
        {alarm.note !== null && ` · ${words.note(alarm.note)}`}
      </div>
    </div>
  );
}

/** When it was raised last, and whose it is. */
function When({ alarm }: { alarm: AlarmJson }) {
  const words = useTexts(alarmsTexts);
  const language = useLanguage();
  const now = useNow(15_000);
  const { lastRaisedAt, clearedAt, acknowledgedBy, acknowledgedAt, times } = alarm;
  const state = [
    acknowledgedAt !== null ? words.by(acknowledgedBy ?? "") : words.unacknowledged,
    clearedAt !== null && `${words.cleared} ${shortMoment(clearedAt, language, now)}`,
    times > 1 && words.times(times),
  ];
  return (
    <div className={styles.when}>
      <time dateTime={lastRaisedAt} title={fullMoment(lastRaisedAt)}>
        {shortMoment(lastRaisedAt, language, now)} · {ago(lastRaisedAt, language, now)}
      </time>
      <div className={styles.about}>{state.filter(Boolean).join(" · ")}</div>
    </div>
  );
}

/** The way from an alarm to a broadcast: the draft that it proposed, or a new one about it. */
function Proposal({ alarm, proposal, mayDraft }: AlarmLineProps) {
  const words = useTexts(alarmsTexts);
  if (proposal !== undefined) {
    return (
      <ButtonLink small href={`/broadcasts/${encodeURIComponent(proposal)}`}>
        {words.proposal}
      </ButtonLink>
    );
  }
  if (!mayDraft || alarm.state !== "active") return null;
  return (
    <ButtonLink small look="quiet" href={`/broadcasts/new?alarm=${alarm.id}&region=${alarm.regionCode}`}>
      {words.propose}
    </ButtonLink>
  );
}
