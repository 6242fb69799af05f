import { useInfiniteQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { type AuditFilter, type AuditRowJson, auditQuery } from "../../api/audit.ts";
import { useParameters } from "../../ui/address.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { CsvButton } from "../../ui/csv-button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { fromField, toField } from "../../ui/time.ts";
import styles from "./audit.module.css";
import { objectWord } from "./object-words.ts";
import { RowDialog } from "./row-dialog.tsx";
import { auditTexts } from "./texts.ts";

const FIELDS = ["actor", "action", "objectType", "objectId", "from", "to"] as const;

/** Who did what. The filter and the row that is open are in the address. */
export default function Audit() {
  const words = useTexts(auditTexts);
  const [parameters, setParameters] = useParameters();
  const filter: AuditFilter = Object.fromEntries(
    FIELDS.flatMap((name) => (parameters.get(name) ? [[name, parameters.get(name)]] : [])),
  );
  const rows = useInfiniteQuery(auditQuery(filter));
  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  const open = items.find(({ auditNo }) => String(auditNo) === parameters.get("row"));
  const query = new URLSearchParams(filter as Record<string, string>);
  return (
    <Page
      title={words.title}
      about={words.about}
      end={<CsvButton path={`/v1/audit?${query}`} name="audit" />}
    >
      <FilterForm filter={filter} onChange={(changes) => setParameters({ ...changes, row: undefined })} />
      <Panel title={words.list} flush>
        <Loaded query={rows} lines={10}>
          {() =>
            items.length === 0 ? (
              <Empty title={words.empty}>{words.emptyNext}</Empty>
            ) : (
              <Rows rows={items} onOpen={(no) => setParameters({ row: String(no) })} />
            )
          }
        </Loaded>
        <MoreButton query={rows}>{words.more}</MoreButton>
      </Panel>
      {open && <RowDialog row={open} onClose={() => setParameters({ row: undefined })} />}
    </Page>
  );
}

function Rows({ rows, onOpen }: { rows: readonly AuditRowJson[]; onOpen: (no: number) => void }) {
  const words = useTexts(auditTexts);
  const language = useLanguage();
  const who = ({ actor }: AuditRowJson) =>
    actor.name ?? actor.id ?? (actor.type === "machine" ? words.machine : words.platform);
  return (
    <div data-list>
      <Table
        caption={words.list}
        rows={rows}
        rowKey={({ auditNo }) => auditNo}
        stack
        columns={[
          { key: "when", head: words.when, cell: ({ at }) => <Moment at={at} /> },
          { key: "who", head: words.who, cell: who },
          {
            key: "what",
            head: words.what,
            cell: ({ action }) => <code className={styles.code}>{action}</code>,
          },
          {
            key: "object",
            head: words.object,
            cell: ({ object }) => (
              <>
                {objectWord(object.type, language)}{" "}
                {object.id !== null && <code className={styles.code}>{object.id}</code>}
              </>
            ),
          },
          {
            key: "no",
            head: words.no,
            numeric: true,
            cell: ({ auditNo }) => (
              <Button
                look="quiet"
                small
                data-item
                aria-label={words.open(auditNo)}
                onClick={() => onOpen(auditNo)}
              >
                {auditNo}
              </Button>
            ),
          },
        ]}
      />
    </div>
  );
}

interface FilterFormProps {
  readonly filter: AuditFilter;
  readonly onChange: (changes: Record<string, string | undefined>) => void;
}

function FilterForm({ filter, onChange }: FilterFormProps) {
  const words = useTexts(auditTexts);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim() || undefined;
    onChange({
      ...Object.fromEntries(FIELDS.map((name) => [name, text(name)])),
      from: fromField(text("from") ?? ""),
      to: fromField(text("to") ?? ""),
    });
  }
  const clear = () => onChange(Object.fromEntries(FIELDS.map((name) => [name, undefined])));
  return (
    <form className={styles.filter} aria-label={words.filter} onSubmit={submit} key={JSON.stringify(filter)}>
      <TextField label={words.actor} name="actor" defaultValue={filter.actor} />
      <TextField
        label={words.action}
        name="action"
        defaultValue={filter.action}
        placeholder={words.actionHint}
      />
      <TextField label={words.objectType} name="objectType" defaultValue={filter.objectType} />
      <TextField label={words.objectId} name="objectId" defaultValue={filter.objectId} />
      <TextField
        label={words.from}
        name="from"
        type="datetime-local"
        defaultValue={filter.from && toField(filter.from)}
      />
      <TextField
        label={words.to}
        name="to"
        type="datetime-local"
        defaultValue={filter.to && toField(filter.to)}
      />
      <div className={styles.buttons}>
        <Button type="submit">{words.apply}</Button>
        <Button look="quiet" onClick={clear}>
          {words.clear}
        </Button>
      </div>
    </form>
  );
}
