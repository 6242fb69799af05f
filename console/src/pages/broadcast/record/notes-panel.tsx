import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addBroadcastNote } from "../../../api/broadcast-steps.ts";
import { type BroadcastJson, broadcastKeys } from "../../../api/broadcasts.ts";
import { mayDo, meQuery } from "../../../api/session.ts";
import { Button } from "../../../ui/button.tsx";
import { TextArea } from "../../../ui/field.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { ProblemBanner } from "../../../ui/problem-view.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { fullMoment } from "../../../ui/time.ts";
import styles from "./record.module.css";
import { recordTexts } from "./texts.ts";

/** What people remarked; anybody who may can add to it, and nobody can take away. */
export function NotesPanel({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(recordTexts);
  const { data: me } = useQuery(meQuery);
  return (
    <Panel title={words.notes} count={broadcast.notes.length}>
      <div className={styles.stack}>
        {broadcast.notes.length === 0 && <p className={styles.calm}>{words.noNotes}</p>}
        <ol className={styles.steps}>
          {broadcast.notes.map(({ note, at, actor, text }) => (
            <li key={note}>
              <time dateTime={at}>{fullMoment(at)}</time>
              <span>
                <b>{actor.name ?? actor.id}</b> {text}
              </span>
            </li>
          ))}
        </ol>
        {me && mayDo(me, "broadcasts:note") && <NoteForm id={broadcast.id} />}
      </div>
    </Panel>
  );
}

/** A field for one note. */
function NoteForm({ id }: { id: string }) {
  const words = useTexts(recordTexts);
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  async function add(event: FormEvent) {
    event.preventDefault();
    if (text.trim() === "" || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await addBroadcastNote(id, text.trim());
      setText("");
      await queries.invalidateQueries({ queryKey: broadcastKeys.one(id) });
    } catch (refusal) {
      setError(refusal as Error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form className={styles.noteForm} onSubmit={(event) => void add(event)}>
      <TextArea
        label={words.addNote}
        hint={words.addNoteHint}
        rows={2}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {error && <ProblemBanner error={error} />}
      <Button type="submit" busy={busy} disabled={text.trim() === ""}>
        {words.add}
      </Button>
    </form>
  );
}
