import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import styles from "./secret-once.module.css";
import { defineTexts, useTexts } from "./texts.ts";

const texts = defineTexts(
  { copy: "复制", copied: "已复制", kept: "我已保存", once: "只显示这一次，平台不保留原文。" },
  {
    copy: "Copy",
    copied: "Copied",
    kept: "I have kept it",
    once: "It is shown this once; the platform keeps no copy.",
  },
);

export interface SecretOnceProps {
  readonly title: string;
  readonly about?: string;
  readonly secret: string;
  readonly onKept: () => void;
}

/** A secret that the platform shows once. It goes only when the person says that they have it. */
export function SecretOnce({ title, about, secret, onKept }: SecretOnceProps) {
  const words = useTexts(texts);
  const [copied, setCopied] = useState(false);
  async function copy() {
    // Over plain HTTP there is no clipboard; the text can be selected.
    await navigator.clipboard?.writeText(secret);
    setCopied(navigator.clipboard !== undefined);
  }
  return (
    <Dialog
      open
      onClose={() => {}}
      title={title}
      about={about ?? words.once}
      actions={
        <>
          <Button onClick={() => void copy()}>
            {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
            {copied ? words.copied : words.copy}
          </Button>
          <Button look="primary" onClick={onKept}>
            {words.kept}
          </Button>
        </>
      }
    >
      <code className={styles.secret}>{secret}</code>
    </Dialog>
  );
}
