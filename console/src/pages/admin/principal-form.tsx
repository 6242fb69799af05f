import { useInfiniteQuery } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { tenantsQuery } from "../../api/access.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { adminTexts } from "./texts.ts";

/** What people and applications have in common. */
export interface PrincipalFields {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
}

export interface PrincipalFormProps {
  readonly title: string;
  readonly nameLabel: string;
  /** An id as they are given here. */
  readonly example: string;
  /** False while a right lacks a part of its area. */
  readonly ready: boolean;
  readonly step: { readonly error: Error | null; readonly isPending: boolean };
  readonly onSubmit: (fields: PrincipalFields, data: FormData) => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Adds a person or an application: id, name and tenant, then what is their own. */
export function PrincipalForm(props: PrincipalFormProps) {
  const { title, nameLabel, example, ready, step, onSubmit, onClose, children } = props;
  const words = useTexts(adminTexts);
  const tenants = useInfiniteQuery(tenantsQuery);
  const options = (tenants.data?.pages.flatMap(({ items }) => items) ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
  }));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!ready) return;
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    onSubmit({ id: text("id"), name: text("name"), tenantId: text("tenant") }, data);
  }

  return (
    <Panel title={title}>
      <form className={styles.form} onSubmit={submit}>
        {step.error && <ProblemBanner error={step.error} />}
        <TextField
          label={words.id}
          name="id"
          required
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
          placeholder={example}
          autoFocus
        />
        <TextField label={nameLabel} name="name" required maxLength={200} />
        <SelectField label={words.tenant} name="tenant" options={options} required />
        {children}
        <div className={styles.buttons}>
          <Button type="submit" look="primary" busy={step.isPending} disabled={!ready}>
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
