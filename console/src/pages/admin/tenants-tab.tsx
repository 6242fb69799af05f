import { useInfiniteQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { type TenantJson, tenantsQuery } from "../../api/access.ts";
import { changeTenant, createTenant } from "../../api/access-steps.ts";
import { useParameters } from "../../ui/address.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Columns } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { SwitchPanel } from "./switch-panel.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

const USES = ["government", "civil", "commercial"] as const;

/** Authorities, residents and companies. */
export function TenantsTab() {
  const words = useTexts(adminTexts);
  const tenants = useInfiniteQuery(tenantsQuery);
  const rows = tenants.data?.pages.flatMap(({ items }) => items) ?? [];
  const [parameters, change] = useParameters();
  const openId = parameters.get("tenant");
  const open = rows.find(({ id }) => id === openId);
  return (
    <Columns
      side={
        <>
          {open && (
            <SwitchPanel key={open.id} principal={open} change={(body) => changeTenant(open.id, body)} />
          )}
          {/* Below the list where there is one column, so not before it. */}
          {!tenants.isPending && <AddTenant />}
        </>
      }
    >
      <Panel title={words.tabs.tenants} flush>
        <Loaded query={tenants}>
          {() =>
            rows.length === 0 ? (
              <Empty title={words.noTenants} />
            ) : (
              <Rows rows={rows} onOpen={(id) => change({ tenant: id })} />
            )
          }
        </Loaded>
        <MoreButton query={tenants}>{words.more}</MoreButton>
      </Panel>
    </Columns>
  );
}

function Rows({ rows, onOpen }: { rows: readonly TenantJson[]; onOpen: (id: string) => void }) {
  const words = useTexts(adminTexts);
  return (
    <Table
      caption={words.tabs.tenants}
      rows={rows}
      rowKey={({ id }) => id}
      stack
      columns={[
        { key: "name", head: words.name, cell: ({ name }) => name },
        { key: "id", head: words.id, cell: ({ id }) => id },
        { key: "use", head: words.use, cell: ({ use }) => words.uses[use] },
        {
          key: "state",
          head: words.state,
          cell: ({ disabledAt }) =>
            disabledAt ? (
              <>
                {words.disabledSince} <Moment at={disabledAt} only="moment" />
              </>
            ) : (
              words.active
            ),
        },
        {
          key: "open",
          head: "",
          cell: ({ id, name }) => (
            <Button small aria-label={`${words.open} ${name}`} onClick={() => onOpen(id)}>
              {words.open}
            </Button>
          ),
        },
      ]}
    />
  );
}

function AddTenant() {
  const words = useTexts(adminTexts);
  const add = useAccessStep(createTenant, words.created);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    add.mutate(
      { id: text("id"), name: text("name"), use: text("use") as (typeof USES)[number] },
      { onSuccess: () => form.reset() },
    );
  }
  return (
    <Panel title={words.addTenant}>
      <form className={styles.form} onSubmit={submit}>
        {add.error && <ProblemBanner error={add.error} />}
        <TextField
          label={words.id}
          name="id"
          required
          pattern="[a-z0-9][a-z0-9\-]{0,62}"
          placeholder="wuchuan-gas"
        />
        <TextField label={words.name} name="name" required maxLength={200} />
        <SelectField
          label={words.use}
          name="use"
          options={USES.map((use) => ({ value: use, label: words.uses[use] }))}
        />
        <div>
          <Button type="submit" busy={add.isPending}>
            {words.add}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
