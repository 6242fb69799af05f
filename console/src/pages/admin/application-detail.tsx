import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type ApplicationJson, applicationQuery } from "../../api/access.ts";
import { changeApplication, setApplicationGrants, setOwner } from "../../api/access-steps.ts";
import { NamedGrants } from "../../map/named-grants.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Columns } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { DetailHead } from "./detail-head.tsx";
import { isWhole, type ScopesGrant, ScopesGrantsEditor } from "./grants-editor.tsx";
import { KeysPanel } from "./keys-panel.tsx";
import { SwitchPanel } from "./switch-panel.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

/** One application: scopes, owner, keys, and shutting out. */
export function ApplicationDetail({ id }: { id: string }) {
  const words = useTexts(adminTexts);
  const application = useQuery(applicationQuery(id));
  return (
    <Loaded query={application} lines={10}>
      {(one) => (
        <>
          <DetailHead folder="applications" name={one.name} id={id} />
          <Columns
            side={
              <>
                <Panel title={words.mayDo}>
                  <NamedGrants grants={one.grants} />
                </Panel>
                <OwnerPanel application={one} />
                <SwitchPanel principal={one} change={(body) => changeApplication(id, body)} />
              </>
            }
          >
            <KeysPanel id={id} />
            <GrantsPanel key={one.updatedAt} application={one} />
          </Columns>
        </>
      )}
    </Loaded>
  );
}

function GrantsPanel({ application }: { application: ApplicationJson }) {
  const words = useTexts(adminTexts);
  const [grants, setGrants] = useState(application.grants as readonly ScopesGrant[]);
  const save = useAccessStep(
    (next: readonly ScopesGrant[]) =>
      setApplicationGrants(
        application.id,
        next.map(({ scopes, area }) => ({ scopes: [...scopes], area })),
      ),
    words.saved,
  );
  const ready = grants.every(({ area, scopes }) => isWhole(area) && scopes.length > 0);
  return (
    <Panel title={words.grants}>
      <div className={styles.form}>
        {save.error && <ProblemBanner error={save.error} />}
        <ScopesGrantsEditor grants={grants} onChange={setGrants} />
        <div>
          <Button look="primary" busy={save.isPending} disabled={!ready} onClick={() => save.mutate(grants)}>
            {words.saveGrants}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function OwnerPanel({ application }: { application: ApplicationJson }) {
  const words = useTexts(adminTexts);
  const set = useAccessStep((owner: string) => setOwner(application.id, owner), words.saved);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    set.mutate(String(new FormData(event.currentTarget).get("owner")).trim());
  }
  return (
    <Panel title={words.owner}>
      <form className={styles.form} onSubmit={submit}>
        {set.error && <ProblemBanner error={set.error} />}
        <TextField
          label={words.owner}
          hint={words.ownerHint}
          name="owner"
          defaultValue={application.ownerId ?? ""}
          required
        />
        <div>
          <Button type="submit" busy={set.isPending}>
            {words.setOwner}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
