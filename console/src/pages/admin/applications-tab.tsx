import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { applicationsQuery, tenantsQuery } from "../../api/access.ts";
import { createApplication } from "../../api/access-steps.ts";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { isWhole, type ScopesGrant, ScopesGrantsEditor } from "./grants-editor.tsx";
import { PrincipalList } from "./principal-list.tsx";
import { SearchField } from "./search-field.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

export function ApplicationsTab() {
  const words = useTexts(adminTexts);
  const [parameters] = useParameters();
  const applications = useInfiniteQuery(applicationsQuery(parameters.get("q") ?? ""));
  const rows = applications.data?.pages.flatMap(({ items }) => items) ?? [];
  const [adding, setAdding] = useState(false);
  return (
    <>
      {adding && <AddApplication onClose={() => setAdding(false)} />}
      <Panel
        title={words.tabs.applications}
        flush
        more={
          <>
            <SearchField />
            {!adding && (
              <Button look="primary" small onClick={() => setAdding(true)}>
                {words.addApplication}
              </Button>
            )}
          </>
        }
      >
        <Loaded query={applications} lines={8}>
          {() =>
            rows.length === 0 ? (
              <Empty title={words.noneFits}>{words.noneNext}</Empty>
            ) : (
              <PrincipalList rows={rows} folder="applications" caption={words.tabs.applications} />
            )
          }
        </Loaded>
        <MoreButton query={applications}>{words.more}</MoreButton>
      </Panel>
    </>
  );
}

function AddApplication({ onClose }: { onClose: () => void }) {
  const words = useTexts(adminTexts);
  const [, navigate] = useLocation();
  const tenants = useInfiniteQuery(tenantsQuery);
  const [grants, setGrants] = useState<ScopesGrant[]>([]);
  const add = useAccessStep(createApplication, words.created, ({ id }) =>
    navigate(`/admin/applications/${encodeURIComponent(id)}`),
  );
  const ready = grants.every(({ area, scopes }) => isWhole(area) && scopes.length > 0);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!ready) return;
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    add.mutate({
      id: text("id"),
      name: text("name"),
      tenantId: text("tenant"),
      grants: grants.map(({ scopes, area }) => ({ scopes: [...scopes], area })),
    });
  }

  const options = (tenants.data?.pages.flatMap(({ items }) => items) ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
  }));
  return (
    <Panel title={words.addApplication}>
      <form className={styles.form} onSubmit={submit}>
        {add.error && <ProblemBanner error={add.error} />}
        <TextField
          label={words.id}
          name="id"
          required
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
          placeholder="gas-billing"
          autoFocus
        />
        <TextField label={words.name} name="name" required maxLength={200} />
        <SelectField label={words.tenant} name="tenant" options={options} required />
        <ScopesGrantsEditor grants={grants} onChange={setGrants} />
        <div className={styles.buttons}>
          <Button type="submit" look="primary" busy={add.isPending} disabled={!ready}>
            {words.add}
          </Button>
          <Button look="quiet" onClick={onClose}>
            {words.back}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
