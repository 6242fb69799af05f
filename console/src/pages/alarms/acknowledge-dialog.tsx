import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AlarmJson, acknowledgeAlarm } from "../../api/alarms.ts";
import { kindsQuery } from "../../api/kinds.ts";
import { alarmText } from "../../ui/alarm-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Severity } from "../../ui/marks.tsx";
import { listOf } from "../../ui/number.ts";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import styles from "./acknowledge-dialog.module.css";
import { alarmsTexts } from "./texts.ts";

/** So many are named one by one. */
const NAMED = 5;
/** The platform takes no longer note. */
const LONGEST_NOTE = 2000;

/** Those among them that nothing but an acknowledgement clears. */
function useLatched(alarms: readonly AlarmJson[]): readonly AlarmJson[] {
  const kinds = useQuery(kindsQuery).data ?? [];
  return alarms.filter(({ kind, rule }) =>
    kinds.find((one) => one.kind === kind)?.alarms.some((one) => one.rule === rule && one.latched),
  );
}

export interface AcknowledgeDialogProps {
  readonly alarms: readonly AlarmJson[];
  readonly onClose: () => void;
  /** After the platform took those with these ids. */
  readonly onDone: (ids: readonly number[]) => void;
}

/** Takes one alarm or several, with a note that everybody reads. */
export default function AcknowledgeDialog({ alarms, onClose, onDone }: AcknowledgeDialogProps) {
  const { dialog: words, acknowledge } = useTexts(alarmsTexts);
  const language = useLanguage();
  const queries = useQueryClient();
  const latched = useLatched(alarms);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ alarms: number; error: Error }>();

  async function confirm() {
    setBusy(true);
    const text = note.trim() === "" ? undefined : note.trim();
    const results = await Promise.allSettled(alarms.map(({ id }) => acknowledgeAlarm(id, text)));
    const taken = alarms.filter((_, at) => results[at]?.status === "fulfilled").map(({ id }) => id);
    const refused = results.find((result) => result.status === "rejected");
    for (const resource of ["alarms", "summary"]) void queries.invalidateQueries({ queryKey: [resource] });
    setBusy(false);
    onDone(taken);
    if (refused) setFailed({ alarms: alarms.length - taken.length, error: refused.reason as Error });
    else {
      toast(words.done(taken.length));
      onClose();
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={words.title(alarms.length)}
      about={words.about}
      actions={
        <>
          <Button onClick={onClose}>{words.wayOut}</Button>
          <Button look="primary" busy={busy} onClick={() => void confirm()}>
            {acknowledge}
          </Button>
        </>
      }
    >
      <div className={styles.body}>
        {failed && (
          <>
            <p>{words.failed(failed.alarms)}</p>
            <ProblemBanner error={failed.error} />
          </>
        )}
        <ul className={styles.list}>
          {alarms.slice(0, NAMED).map((alarm) => (
            <li key={alarm.id}>
              <Severity severity={alarm.severity} />
              <span>
                {alarmText(alarm, language)} · {alarm.deviceName ?? alarm.deviceId}
              </span>
            </li>
          ))}
          {alarms.length > NAMED && <li>{words.others(alarms.length - NAMED)}</li>}
        </ul>
        {latched.length > 0 && (
          <Banner>
            {words.latched(
              listOf([...new Set(latched.map((alarm) => alarmText(alarm, language)))], language),
            )}
          </Banner>
        )}
        <TextArea
          label={words.note}
          hint={words.noteHint}
          value={note}
          maxLength={LONGEST_NOTE}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
    </Dialog>
  );
}
