import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { useTexts } from "../../ui/texts.ts";
import { pendingTexts } from "./pending/texts.ts";
import styles from "./reason-dialog.module.css";

export interface ReasonDialogProps {
  readonly step: "return" | "reject" | "cancel" | "drop" | "review";
  /** Whom it concerns. */
  readonly name: string;
  readonly needsCode: boolean;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onStep: (reason: string, code: string | undefined) => void;
}

/** Asks for the reason without which the step is not taken; the way out is named by what it does. */
export function ReasonDialog({ step, name, needsCode, busy, onClose, onStep }: ReasonDialogProps) {
  const words = useTexts(pendingTexts);
  const { title, about, do: verb, not } = words.dialogs[step];
  const [missing, setMissing] = useState(false);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const reason = String(form.get("reason") ?? "").trim();
    setMissing(reason === "");
    if (reason === "" || busy) return;
    const code = String(form.get("code") ?? "").trim();
    onStep(reason, code === "" ? undefined : code);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title(name)}
      about={about}
      actions={
        <>
          <Button onClick={onClose}>{not}</Button>
          <Button
            type="submit"
            form={`reason-${step}`}
            look={step === "return" || step === "review" ? "primary" : "danger"}
            busy={busy}
          >
            {verb}
          </Button>
        </>
      }
    >
      <form id={`reason-${step}`} className={styles.form} onSubmit={onSubmit}>
        <TextArea
          name="reason"
          label={words.reason}
          rows={3}
          maxLength={1000}
          autoFocus
          error={missing ? words.reasonMissing : undefined}
        />
        {needsCode && (
          <TextField
            name="code"
            label={words.code}
            hint={words.codeHint}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={8}
          />
        )}
      </form>
    </Dialog>
  );
}
