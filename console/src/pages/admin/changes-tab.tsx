import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type AccessChangeJson, accessChangesQuery } from "../../api/access.ts";
import { confirmAccessChange, refuseAccessChange } from "../../api/access-steps.ts";
import { meQuery } from "../../api/session.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Empty } from "../../ui/empty.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { listOf } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

/** Changes that wait: whoever may confirm one sees the button, and others see who may. */
export function ChangesTab() {
  const words = useTexts(adminTexts);
  const changes = useInfiniteQuery(accessChangesQuery);
  const rows = changes.data?.pages.flatMap(({ items }) => items) ?? [];
  const [refusing, setRefusing] = useState<AccessChangeJson>();
  const confirm = useAccessStep(confirmAccessChange, words.confirmed);
  return (
    <Panel title={words.tabs.changes} about={words.changesAbout} flush>
      {confirm.error && <ProblemBanner error={confirm.error} />}
      <Loaded query={changes}>
        {() =>
          rows.length === 0 ? (
            <Empty title={words.noChanges} />
          ) : (
            <Table
              caption={words.tabs.changes}
              rows={rows}
              rowKey={({ id }) => id}
              stack
              columns={[
                { key: "person", head: words.personName, cell: ({ person }) => <Whom {...person} /> },
                { key: "kind", head: words.state, cell: ({ kind }) => words.changeKinds[kind] ?? kind },
                {
                  key: "by",
                  head: words.askedBy,
                  cell: ({ askedBy }) => (
                    <>
                      {askedBy.name} <code className={styles.mono}>{askedBy.id}</code>
                    </>
                  ),
                },
                {
                  key: "holds",
                  head: words.effectiveAt,
                  cell: ({ effectiveAt }) => <Moment at={effectiveAt} only="moment" />,
                },
                {
                  key: "confirm",
                  head: "",
                  cell: (change) => (
                    <ConfirmCell
                      change={change}
                      busy={confirm.isPending && confirm.variables === change.id}
                      onConfirm={() => confirm.mutate(change.id)}
                      onRefuse={() => setRefusing(change)}
                    />
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {refusing && <RefuseDialog change={refusing} onClose={() => setRefusing(undefined)} />}
    </Panel>
  );
}

/** Two people may have one name, but not one id. The link leads to the rights that a confirmation puts into force. */
function Whom({ id, name }: AccessChangeJson["person"]) {
  return (
    <>
      <PageLink href={`/admin/people/${encodeURIComponent(id)}`}>{name}</PageLink>{" "}
      <code className={styles.mono}>{id}</code>
    </>
  );
}

interface ConfirmCellProps {
  readonly change: AccessChangeJson;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onRefuse: () => void;
}

function ConfirmCell({ change, busy, onConfirm, onRefuse }: ConfirmCellProps) {
  const words = useTexts(adminTexts);
  const language = useLanguage();
  const { confirm, askedBy } = change;
  const me = useQuery(meQuery);
  const names = confirm?.people.map(({ name }) => name) ?? [];
  return (
    <span className={styles.buttons}>
      {confirm?.you ? (
        <Button small busy={busy} onClick={onConfirm}>
          {words.confirm}
        </Button>
      ) : (
        <span className={styles.quiet}>
          {askedBy.id === me.data?.id && words.ownChange}
          {names.length > 0 ? words.whoMay(listOf(names, language)) : words.whoMayNobody}
        </span>
      )}
      <Button small look="danger" onClick={onRefuse}>
        {words.refuse}
      </Button>
    </span>
  );
}

function RefuseDialog({ change, onClose }: { change: AccessChangeJson; onClose: () => void }) {
  const words = useTexts(adminTexts);
  const refuse = useAccessStep(
    (reason: string) => refuseAccessChange(change.id, reason),
    words.refused,
    onClose,
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    refuse.mutate(String(new FormData(event.currentTarget).get("reason")).trim());
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.refuseTitle(change.person.name)}
      about={words.refuseAbout}
      actions={null}
    >
      <form className={styles.form} onSubmit={submit}>
        {refuse.error && <ProblemBanner error={refuse.error} />}
        <TextField label={words.refuseReason} name="reason" required maxLength={1000} />
        <div className={styles.buttons}>
          <Button onClick={onClose}>{words.keepChange}</Button>
          <Button type="submit" look="danger" busy={refuse.isPending}>
            {words.refuseNow}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
