import type { AuditRowJson } from "../../api/audit.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { fullMoment } from "../../ui/time.ts";
import styles from "./audit.module.css";
import { differencesOf } from "./differences.ts";
import { objectWord } from "./object-words.ts";
import { auditTexts } from "./texts.ts";

/** One row of the audit: what it changed, field by field, and by which request. */
export function RowDialog({ row, onClose }: { row: AuditRowJson; onClose: () => void }) {
  const words = useTexts(auditTexts);
  const language = useLanguage();
  const { actor, object } = row;
  const differences = differencesOf(row.before, row.after);
  const facts: [string, string | null][] = [
    [words.when, fullMoment(row.at)],
    [words.who, [actor.name, actor.id].filter(Boolean).join(" · ")],
    [words.object, [objectWord(object.type, language), object.id].filter(Boolean).join(" ")],
    [words.reason, row.reason],
    [words.address, actor.address],
    [words.request, actor.requestId],
    [words.callerRequest, actor.callerRequestId],
    [words.hash, row.hash],
  ];
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${row.auditNo} · ${row.action}`}
      actions={<Button onClick={onClose}>{words.close}</Button>}
    >
      {differences.length === 0 ? (
        <p>{words.same}</p>
      ) : (
        <Table
          caption={words.detail}
          rows={differences}
          rowKey={({ path }) => path}
          columns={[
            {
              key: "field",
              head: words.field,
              cell: ({ path }) => <code className={styles.code}>{path}</code>,
            },
            { key: "before", head: words.before, cell: ({ before }) => <Value text={before} /> },
            { key: "after", head: words.after, cell: ({ after }) => <Value text={after} /> },
          ]}
        />
      )}
      <dl className={styles.facts}>
        {facts
          .filter(([, text]) => text)
          .map(([name, text]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
    </Dialog>
  );
}

function Value({ text }: { text: string | undefined }) {
  const words = useTexts(auditTexts);
  return text === undefined ? (
    <span className={styles.nothing}>{words.nothing}</span>
  ) : (
    <span className={styles.value}>{text}</span>
  );
}
