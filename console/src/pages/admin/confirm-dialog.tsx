import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";

export interface ConfirmDialogProps {
  readonly title: string;
  readonly about: string;
  readonly keep: string;
  readonly go: string;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onGo: () => void;
  readonly onClose: () => void;
}

/** Asks once more before what is hard to take back; both ways out are named by what they do. */
export function ConfirmDialog({ title, about, keep, go, busy, error, onGo, onClose }: ConfirmDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      about={about}
      actions={
        <>
          <Button onClick={onClose}>{keep}</Button>
          <Button look="danger" busy={busy} onClick={onGo}>
            {go}
          </Button>
        </>
      }
    >
      {error && <ProblemBanner error={error} />}
    </Dialog>
  );
}
