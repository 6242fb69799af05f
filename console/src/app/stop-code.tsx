import type { FormEvent } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { useTexts } from "../ui/texts.ts";
import { stopTexts } from "./stop-texts.ts";

/** Asks for the code of the second factor, where a platform wants one for a stop. */
export default function StopCode({
  busy,
  onCode,
  onClose,
}: {
  busy: boolean;
  onCode: (code: string) => void;
  onClose: () => void;
}) {
  const words = useTexts(stopTexts);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code") ?? "").trim();
    if (code !== "" && !busy) onCode(code);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.codeTitle}
      about={words.codeAbout}
      actions={
        <>
          <Button onClick={onClose}>{words.codeNot}</Button>
          <Button type="submit" form="stop-code" look="primary" busy={busy}>
            {words.stop}
          </Button>
        </>
      }
    >
      <form id="stop-code" onSubmit={onSubmit}>
        <TextField
          name="code"
          label={words.code}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          autoFocus
        />
      </form>
    </Dialog>
  );
}
