import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changePassword } from "../../api/account.ts";
import { isApiError } from "../../api/problem.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import styles from "./me.module.css";
import { meTexts } from "./texts.ts";

export function PasswordPanel() {
  const words = useTexts(meTexts);
  const [differs, setDiffers] = useState(false);
  const change = useMutation({ mutationFn: changePassword });

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const newPassword = String(data.get("new"));
    const same = newPassword === data.get("repeat");
    setDiffers(!same);
    if (!same || change.isPending) return;
    await change
      .mutateAsync(
        { current: String(data.get("current")), new: newPassword },
        {
          onSuccess: () => {
            form.reset();
            toast(words.changed);
          },
        },
      )
      .catch(() => {});
  }

  const unfit = isApiError(change.error, "invalid_request");
  return (
    <Panel title={words.password}>
      <form className={styles.form} onSubmit={submit}>
        {change.error && !unfit && <ProblemBanner error={change.error} />}
        <TextField
          label={words.current}
          name="current"
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField
          label={words.next}
          hint={words.nextHint}
          error={unfit ? words.unfit : undefined}
          name="new"
          type="password"
          autoComplete="new-password"
          minLength={10}
          required
        />
        <TextField
          label={words.repeat}
          error={differs ? words.differs : undefined}
          name="repeat"
          type="password"
          autoComplete="new-password"
          required
        />
        <div>
          <Button type="submit" busy={change.isPending}>
            {words.change}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
