import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type AreaInput, type DisplayJson, displaysQuery } from "../../api/access.ts";
import { createDisplay, makeDisplayCode, revokeDisplay } from "../../api/access-steps.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { SecretOnce } from "../../ui/secret-once.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { AreaEditor } from "./area-editor.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { isWhole, NO_AREA } from "./grants-editor.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

/** Screens on walls: which there are, where they are, and the code that pairs one. */
export function DisplaysTab() {
  const words = useTexts(adminTexts);
  const displays = useInfiniteQuery(displaysQuery);
  const rows = displays.data?.pages.flatMap(({ items }) => items) ?? [];
  const [code, setCode] = useState<string>();
  const [ending, setEnding] = useState<DisplayJson>();
  const again = useAccessStep(makeDisplayCode, words.created, (made) => setCode(made.code));
  const revoke = useAccessStep(revokeDisplay, words.ended, () => setEnding(undefined));
  const steps = (display: DisplayJson) =>
    display.state === "revoked" ? null : (
      <span className={styles.buttons}>
        <Button small busy={again.isPending} onClick={() => again.mutate(display.id)}>
          {words.newCode}
        </Button>
        <Button small look="danger" onClick={() => setEnding(display)}>
          {words.revokeDisplay}
        </Button>
      </span>
    );
  return (
    <>
      <Panel title={words.tabs.displays} flush>
        {again.error && <ProblemBanner error={again.error} />}
        <Loaded query={displays}>
          {() =>
            rows.length === 0 ? (
              <Empty title={words.noDisplays}>{words.noDisplaysNext}</Empty>
            ) : (
              <Table
                caption={words.tabs.displays}
                rows={rows}
                rowKey={({ id }) => id}
                stack
                columns={[
                  { key: "name", head: words.name, cell: ({ name }) => name },
                  { key: "state", head: words.state, cell: ({ state }) => words.displayStates[state] },
                  {
                    key: "seen",
                    head: words.lastSeen,
                    cell: ({ lastSeenAt }) => (lastSeenAt ? <Moment at={lastSeenAt} /> : words.neverUsed),
                  },
                  {
                    key: "expires",
                    head: words.expires,
                    cell: ({ expiresAt }) => (expiresAt ? <Moment at={expiresAt} only="moment" /> : "—"),
                  },
                  { key: "steps", head: "", cell: steps },
                ]}
              />
            )
          }
        </Loaded>
        <MoreButton query={displays}>{words.more}</MoreButton>
      </Panel>
      {/* Below the list, so not before it. */}
      {!displays.isPending && <AddDisplay onCode={setCode} />}
      {code && (
        <SecretOnce
          title={words.displayCode}
          about={words.displayCodeAbout}
          secret={code}
          onKept={() => setCode(undefined)}
        />
      )}
      {ending && (
        <ConfirmDialog
          title={words.revokeDisplayTitle(ending.name)}
          about={words.revokeDisplayAbout}
          keep={words.keepDisplay}
          go={words.revokeNow}
          busy={revoke.isPending}
          error={revoke.error}
          onGo={() => revoke.mutate(ending.id)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </>
  );
}

function AddDisplay({ onCode }: { onCode: (code: string) => void }) {
  const words = useTexts(adminTexts);
  const [area, setArea] = useState<AreaInput>(NO_AREA);
  const add = useAccessStep(createDisplay, words.created, (made) => onCode(made.code));
  const ready = isWhole(area) && area.regions !== "all";
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (area.regions === "all" || !ready) return;
    const form = event.currentTarget;
    const name = String(new FormData(form).get("name")).trim();
    add.mutate(
      { name, area: { ...area, regions: area.regions } },
      {
        onSuccess: () => {
          form.reset();
          setArea(NO_AREA);
        },
      },
    );
  }
  return (
    <Panel title={words.addDisplay}>
      <form className={styles.form} onSubmit={submit}>
        {add.error && <ProblemBanner error={add.error} />}
        <TextField label={words.name} name="name" required maxLength={200} />
        <AreaEditor area={area} onChange={setArea} regionsByName />
        <div>
          <Button type="submit" look="primary" busy={add.isPending} disabled={!ready}>
            {words.add}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
