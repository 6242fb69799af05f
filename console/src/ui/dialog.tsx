import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, useEffect, useState } from "react";
import styles from "./dialog.module.css";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** The verb with its object: 退回给张敏. */
  readonly title: string;
  readonly about?: ReactNode;
  readonly children?: ReactNode;
  /** The buttons; the way out first, named by what it does. */
  readonly actions: ReactNode;
}

/**
 * Gives the focus back where a page takes a dialog away instead of closing it: then nobody else does, and who works by
 * keyboard would begin again at the top.
 */
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        if (isLost && before instanceof HTMLElement) before.focus();
      });
    },
    [before],
  );
}

/** A question over the page. Focus goes in, stays in, and comes back to where it was. */
export function Dialog({ open, onClose, title, about, children, actions }: DialogProps) {
  useFocusBack();
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.dialog}>
          <Base.Title className={styles.title}>{title}</Base.Title>
          {about !== undefined && <Base.Description className={styles.about}>{about}</Base.Description>}
          {children}
          <div className={styles.actions}>{actions}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
