import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type KeyJson, keysQuery } from "../../api/access.ts";
import { makeKey, revokeKey, rotateKey } from "../../api/access-steps.ts";
import { serverNow } from "../../api/clock.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { SecretOnce } from "../../ui/secret-once.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;

/** The keys of an application. A new one is shown once; an old one goes on for a day beside the one that replaces it. */
export function KeysPanel({ id }: { id: string }) {
  const words = useTexts(adminTexts);
  const keys = useQuery(keysQuery(id));
  const [secret, setSecret] = useState<string>();
  const [ending, setEnding] = useState<KeyJson>();
  const show = ({ key }: { key: string }) => setSecret(key);
  const make = useAccessStep((expiresAt: string | null) => makeKey(id, expiresAt), words.created, show);
  const rotate = useAccessStep(
    (prefix: string) => rotateKey(id, prefix),
    words.created,
    (made) => show(made.new),
  );
  const revoke = useAccessStep(
    (prefix: string) => revokeKey(id, prefix),
    words.ended,
    () => setEnding(undefined),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const days = Number(new FormData(event.currentTarget).get("days"));
    make.mutate(days > 0 ? new Date(serverNow() + days * DAY_MS).toISOString() : null);
  }

  const error = make.error ?? rotate.error;
  const steps = (key: KeyJson) =>
    key.revokedAt ? (
      words.ended
    ) : (
      <span className={styles.buttons}>
        <Button
          small
          title={words.rotateHint}
          busy={rotate.isPending}
          onClick={() => rotate.mutate(key.prefix)}
        >
          {words.rotate}
        </Button>
        <Button small look="danger" onClick={() => setEnding(key)}>
          {words.revoke}
        </Button>
      </span>
    );
  return (
    <Panel title={words.keys} flush>
      {error && <ProblemBanner error={error} />}
      <Loaded query={keys}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={words.noKeys}>{words.noKeysNext}</Empty>
          ) : (
            <Table
              caption={words.keys}
              rows={rows}
              rowKey={({ prefix }) => prefix}
              stack
              columns={[
                {
                  key: "prefix",
                  head: words.prefix,
                  cell: ({ prefix }) => <code className={styles.mono}>sbi_{prefix}</code>,
                },
                {
                  key: "expires",
                  head: words.expires,
                  cell: ({ expiresAt }) =>
                    expiresAt ? <Moment at={expiresAt} only="moment" /> : words.never,
                },
                {
                  key: "used",
                  head: words.lastUsed,
                  cell: ({ lastUsedAt }) => (lastUsedAt ? <Moment at={lastUsedAt} /> : words.neverUsed),
                },
                { key: "steps", head: "", cell: steps },
              ]}
            />
          )
        }
      </Loaded>
      <form className={styles.keyForm} onSubmit={submit}>
        <TextField
          label={words.keyDays}
          name="days"
          type="number"
          min={1}
          max={3650}
          defaultValue={DEFAULT_DAYS}
          required
        />
        <Button type="submit" busy={make.isPending}>
          {words.makeKey}
        </Button>
      </form>
      {secret && <SecretOnce title={words.keyMade} secret={secret} onKept={() => setSecret(undefined)} />}
      {ending && (
        <ConfirmDialog
          title={words.revokeTitle(ending.prefix)}
          about={words.revokeAbout}
          keep={words.keepKey}
          go={words.revokeNow}
          busy={revoke.isPending}
          error={revoke.error}
          onGo={() => revoke.mutate(ending.prefix)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Panel>
  );
}
