import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { revisionQuery, revisionsQuery } from "../../../api/broadcast-record.ts";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { Button } from "../../../ui/button.tsx";
import { Loaded } from "../../../ui/loaded.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { fullMoment } from "../../../ui/time.ts";
import { ChangeList } from "../change-list.tsx";
import { differences } from "./differences.ts";
import styles from "./record.module.css";
import { recordTexts } from "./texts.ts";

/** Every revision with its writer, and what each changed. A broadcast that was never changed has nothing to show. */
export function RevisionsPanel({ broadcast: { id, revision } }: { broadcast: BroadcastJson }) {
  const words = useTexts(recordTexts);
  const [open, setOpen] = useState<number>();
  const revisions = useQuery({ ...revisionsQuery(id), enabled: revision > 1 });
  if (revision <= 1) return null;
  return (
    <Panel title={words.revisions} count={revision}>
      <Loaded query={revisions}>
        {({ items }) => (
          <ol className={styles.steps}>
            {items.map((one) => (
              <li key={one.revision}>
                <time dateTime={one.at}>{fullMoment(one.at)}</time>
                <span>
                  <b>{words.revision(one.revision)}</b> {one.actor.name ?? one.actor.id ?? words.platform}{" "}
                  {one.revision > 1 && (
                    <Button
                      small
                      look="quiet"
                      aria-expanded={open === one.revision}
                      onClick={() => setOpen(open === one.revision ? undefined : one.revision)}
                    >
                      {words.against(one.revision - 1)}
                    </Button>
                  )}
                  {open === one.revision && <Changed id={id} revision={one.revision} />}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Panel>
  );
}

function Changed({ id, revision }: { id: string; revision: number }) {
  const words = useTexts(recordTexts);
  const before = useQuery(revisionQuery(id, revision - 1));
  const after = useQuery(revisionQuery(id, revision));
  return (
    <Loaded query={before} lines={2}>
      {(old) => (
        <Loaded query={after} lines={2}>
          {(now) => {
            const changes = differences(
              { ...old.message, replaces: old.replaces },
              { ...now.message, replaces: now.replaces },
            );
            return changes.length === 0 ? <p>{words.same}</p> : <ChangeList changes={changes} />;
          }}
        </Loaded>
      )}
    </Loaded>
  );
}
