import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { AlarmJson } from "../../api/alarms.ts";
import type { KindJson } from "../../api/kinds.ts";
import { mayDo, meQuery } from "../../api/session.ts";
import { Moment } from "../../ui/age.tsx";
import { alarmText } from "../../ui/alarm-text.ts";
import { Button } from "../../ui/button.tsx";
import { Severity } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./alarm-panels.module.css";
import { deviceTexts } from "./texts.ts";

const AcknowledgeDialog = lazy(() => import("../alarms/acknowledge-dialog.tsx"));

/** What is wrong with the device now, at the top of its page: each alarm with the one thing to do about it. */
export function AlarmPanels({ alarms, kind }: { alarms: readonly AlarmJson[]; kind: KindJson | undefined }) {
  const [taking, setTaking] = useState<AlarmJson>();
  return (
    <>
      {alarms.map((alarm) => (
        <ActiveAlarm key={alarm.id} alarm={alarm} kind={kind} onTake={() => setTaking(alarm)} />
      ))}
      {taking && (
        <Suspense>
          <AcknowledgeDialog alarms={[taking]} onClose={() => setTaking(undefined)} onDone={() => {}} />
        </Suspense>
      )}
    </>
  );
}

function ActiveAlarm({
  alarm,
  kind,
  onTake,
}: {
  alarm: AlarmJson;
  kind: KindJson | undefined;
  onTake: () => void;
}) {
  const { alarm: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const me = useQuery(meQuery);
  const latched = kind?.alarms.find(({ rule }) => rule === alarm.rule)?.latched === true;
  const mayTake = me.data !== undefined && mayDo(me.data, "alarms:acknowledge");
  return (
    <Panel tone={alarm.severity === "critical" ? "bad" : "note"} flush>
      <div className={styles.alarm} data-severity={alarm.severity}>
        <Severity severity={alarm.severity} />
        <div className={styles.what}>
          <b>{alarmText(alarm, language)}</b> {words.since.before}{" "}
          <Moment at={alarm.raisedAt} only="moment" /> {words.since.after}{" "}
          <Moment at={alarm.raisedAt} only="age" />
          {alarm.times > 1 && ` · ${words.times(alarm.times)}`}
          {latched && <p>{words.latched}</p>}
        </div>
        {alarm.acknowledgedAt !== null ? (
          <span className={styles.taken}>
            <Check aria-hidden /> {words.acknowledged(alarm.acknowledgedBy ?? "")}
          </span>
        ) : mayTake ? (
          <Button look="primary" onClick={onTake}>
            <Check aria-hidden />
            {words.acknowledge}
          </Button>
        ) : (
          <span className={styles.taken}>{words.mayNot}</span>
        )}
      </div>
    </Panel>
  );
}

/** The alarms that it had, the newest first. */
export function AlarmHistory({ alarms }: { alarms: readonly AlarmJson[] }) {
  const { alarm: words } = useTexts(deviceTexts);
  const language = useLanguage();
  return (
    <ul className={styles.history}>
      {alarms.map((alarm) => (
        <li key={alarm.id}>
          <Moment at={alarm.raisedAt} only="moment" />
          <Severity severity={alarm.severity} />
          <span className={styles.what}>{alarmText(alarm, language)}</span>
          <span className={styles.taken}>
            {alarm.clearedAt === null ? (
              <b>{words.active}</b>
            ) : (
              <>
                {words.cleared} <Moment at={alarm.clearedAt} only="moment" />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
