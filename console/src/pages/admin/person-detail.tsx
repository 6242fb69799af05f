import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type PersonJson, personQuery, type WaitingJson } from "../../api/access.ts";
import {
  changePerson,
  removePersonTotp,
  setPersonGrants,
  setPersonPassword,
} from "../../api/access-steps.ts";
import { serverNow } from "../../api/clock.ts";
import { NamedGrants } from "../../map/named-grants.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Columns } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import styles from "./admin.module.css";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { DetailHead } from "./detail-head.tsx";
import { isWhole, type RoleGrant, RoleGrantsEditor } from "./grants-editor.tsx";
import { PersonSessions } from "./person-sessions.tsx";
import { SwitchPanel } from "./switch-panel.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

/** One person: rights, open sessions, password, second factor, and shutting out. */
export function PersonDetail({ id }: { id: string }) {
  const words = useTexts(adminTexts);
  const person = useQuery(personQuery(id));
  const [waiting, setWaiting] = useState<WaitingJson>(null);
  return (
    <Loaded query={person} lines={10}>
      {(one) => (
        <>
          <DetailHead folder="people" name={one.name} id={id} />
          {waiting && <WaitingBanner waiting={waiting} />}
          <Columns
            side={
              <>
                <Panel title={words.mayDo}>
                  <NamedGrants grants={one.grants} />
                </Panel>
                <PasswordPanel id={id} onWaiting={setWaiting} />
                <TotpPanel person={one} onWaiting={setWaiting} />
                <SwitchPanel principal={one} change={(body) => changePerson(id, body)} />
              </>
            }
          >
            <GrantsPanel key={one.updatedAt} person={one} onWaiting={setWaiting} />
            <PersonSessions person={one} />
          </Columns>
        </>
      )}
    </Loaded>
  );
}

type OnWaiting = (waiting: WaitingJson) => void;

function WaitingBanner({ waiting }: { waiting: NonNullable<WaitingJson> }) {
  const words = useTexts(adminTexts);
  const language = useLanguage();
  return <Banner>{words.waits(shortMoment(waiting.waitsUntil, language, serverNow()))}</Banner>;
}

function GrantsPanel({ person, onWaiting }: { person: PersonJson; onWaiting: OnWaiting }) {
  const words = useTexts(adminTexts);
  const [grants, setGrants] = useState<RoleGrant[]>(
    person.grants.map(({ role, area }) => ({ role, area }) as RoleGrant),
  );
  const save = useAccessStep(
    (next: RoleGrant[]) => setPersonGrants(person.id, next),
    words.saved,
    ({ waiting }) => onWaiting(waiting),
  );
  const ready = grants.every(({ area }) => isWhole(area));
  return (
    <Panel title={words.grants}>
      <div className={styles.form}>
        {save.error && <ProblemBanner error={save.error} />}
        <RoleGrantsEditor grants={grants} onChange={setGrants} />
        <div>
          <Button look="primary" busy={save.isPending} disabled={!ready} onClick={() => save.mutate(grants)}>
            {words.saveGrants}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function PasswordPanel({ id, onWaiting }: { id: string; onWaiting: OnWaiting }) {
  const words = useTexts(adminTexts);
  const set = useAccessStep(
    (password: string) => setPersonPassword(id, password),
    words.passwordSet,
    ({ waiting }) => onWaiting(waiting),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    set.mutate(String(new FormData(form).get("password")), { onSuccess: () => form.reset() });
  }
  return (
    <Panel title={words.password}>
      <form className={styles.form} onSubmit={submit}>
        {set.error && <ProblemBanner error={set.error} />}
        <TextField
          label={words.newPassword}
          name="password"
          type="password"
          minLength={10}
          required
          autoComplete="new-password"
        />
        <div>
          <Button type="submit" busy={set.isPending}>
            {words.setPassword}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function TotpPanel({ person, onWaiting }: { person: PersonJson; onWaiting: OnWaiting }) {
  const words = useTexts(adminTexts);
  const [asking, setAsking] = useState(false);
  const remove = useAccessStep(
    () => removePersonTotp(person.id),
    words.totpRemoved,
    (changed) => {
      setAsking(false);
      onWaiting(changed.waiting);
    },
  );
  return (
    <Panel title={words.totp}>
      <Button look="danger" onClick={() => setAsking(true)}>
        {words.removeTotp}
      </Button>
      {asking && (
        <ConfirmDialog
          title={words.removeTotpTitle(person.name)}
          about={words.removeTotpAbout}
          keep={words.keepTotp}
          go={words.removeTotpNow}
          busy={remove.isPending}
          error={remove.error}
          onGo={() => remove.mutate(undefined)}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  );
}
