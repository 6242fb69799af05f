import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

export interface SwitchPanelProps {
  readonly principal: { readonly name: string; readonly disabledAt: string | null };
  readonly change: (body: { name?: string; disabled?: boolean }) => Promise<unknown>;
}

/** Renames a person, application or tenant, shuts it out, or lets it in again. */
export function SwitchPanel({ principal, change }: SwitchPanelProps) {
  const words = useTexts(adminTexts);
  const [asking, setAsking] = useState(false);
  const step = useAccessStep(change, words.saved, () => setAsking(false));
  function rename(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    step.mutate({ name: String(new FormData(event.currentTarget).get("name")).trim() });
  }
  return (
    <Panel title={words.state}>
      <form className={styles.form} onSubmit={rename}>
        {step.error && !asking && <ProblemBanner error={step.error} />}
        <div className={styles.line}>
          <TextField label={words.name} name="name" defaultValue={principal.name} required maxLength={200} />
          <Button type="submit" busy={step.isPending}>
            {words.rename}
          </Button>
        </div>
        <div>
          {principal.disabledAt ? (
            <Button busy={step.isPending} onClick={() => step.mutate({ disabled: false })}>
              {words.enable}
            </Button>
          ) : (
            <Button look="danger" onClick={() => setAsking(true)}>
              {words.disable}
            </Button>
          )}
        </div>
      </form>
      {asking && (
        <ConfirmDialog
          title={words.disableTitle(principal.name)}
          about={words.disableAbout}
          keep={words.keepEnabled}
          go={words.disableNow}
          busy={step.isPending}
          error={step.error}
          onGo={() => step.mutate({ disabled: true })}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  );
}
