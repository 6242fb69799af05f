import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { confirmTotp, removeTotp, startTotp } from "../../api/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import styles from "./me.module.css";
import { QrCode } from "./qr-code.tsx";
import { meTexts } from "./texts.ts";

type Step = "none" | "password" | "remove";
const CODE = {
  inputMode: "numeric",
  autoComplete: "one-time-code",
  pattern: "\\d{6}",
  maxLength: 6,
} as const;

/** Sets up and removes the second factor. The code to scan is drawn here: the secret goes to nobody else. */
export function TotpPanel() {
  const words = useTexts(meTexts);
  const [step, setStep] = useState<Step>("none");
  const start = useMutation({ mutationFn: startTotp });
  const confirm = useMutation({ mutationFn: confirmTotp });
  const enrolment = start.data;

  /** Leaves nothing of the secret on the page. */
  function end() {
    start.reset();
    confirm.reset();
    setStep("none");
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    if (!enrolment) return start.mutate(String(data.get("password")));
    confirm.mutate(String(data.get("code")), {
      onSuccess: () => {
        end();
        toast(words.totpDone);
      },
    });
  }

  return (
    <Panel title={words.totp}>
      <form className={styles.form} onSubmit={submit}>
        <p>{words.totpAbout}</p>
        {(start.error ?? confirm.error) && <ProblemBanner error={(start.error ?? confirm.error)!} />}
        {step === "password" && !enrolment && (
          <TextField
            label={words.totpPassword}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            autoFocus
          />
        )}
        {enrolment && (
          <>
            <p>{words.scan}</p>
            <QrCode text={enrolment.uri} label={words.scan} />
            <p>
              {words.secret} <code className={styles.secret}>{enrolment.secret}</code>
            </p>
            <TextField label={words.code} name="code" {...CODE} required autoFocus />
          </>
        )}
        <div className={styles.buttons}>
          {step === "none" ? (
            <>
              <Button onClick={() => setStep("password")}>{words.totpStart}</Button>
              <Button look="quiet" onClick={() => setStep("remove")}>
                {words.totpRemove}
              </Button>
            </>
          ) : (
            <>
              <Button type="submit" busy={start.isPending || confirm.isPending}>
                {enrolment ? words.confirm : words.totpStart}
              </Button>
              <Button look="quiet" onClick={end}>
                {words.cancel}
              </Button>
            </>
          )}
        </div>
      </form>
      {step === "remove" && <RemoveDialog onClose={() => setStep("none")} />}
    </Panel>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const words = useTexts(meTexts);
  const remove = useMutation({ mutationFn: removeTotp });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    remove.mutate(
      { password: String(data.get("password")), code: String(data.get("code")) },
      {
        onSuccess: () => {
          toast(words.totpGone);
          onClose();
        },
      },
    );
  }
  return (
    <Dialog open onClose={onClose} title={words.removeTitle} about={words.removeAbout} actions={null}>
      <form className={styles.form} onSubmit={submit}>
        {remove.error && <ProblemBanner error={remove.error} />}
        <TextField
          label={words.current}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField label={words.code} name="code" {...CODE} required />
        <div className={styles.buttons}>
          <Button onClick={onClose}>{words.keep}</Button>
          <Button type="submit" look="danger" busy={remove.isPending}>
            {words.remove}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
