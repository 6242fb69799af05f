import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useTexts } from "../ui/texts.ts";
import styles from "./keyboard-help.module.css";
import { shellTexts } from "./shell-texts.ts";

/** The keys that hold on every page. */
export default function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const words = useTexts(shellTexts);
  const rows = words.helpRows;
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.helpTitle}
      actions={<Button onClick={onClose}>{words.closeHelp}</Button>}
    >
      <dl className={styles.keys}>
        <Keys keys={["/"]}>{rows.search}</Keys>
        <Keys keys={["g", "o b a d s"]}>{rows.go}</Keys>
        <Keys keys={["j", "k"]}>{rows.list}</Keys>
        <Keys keys={["Enter"]}>{rows.open}</Keys>
        <Keys keys={["Esc"]}>{rows.close}</Keys>
        <Keys keys={["?"]}>{rows.help}</Keys>
      </dl>
    </Dialog>
  );
}

function Keys({ keys, children }: { keys: readonly string[]; children: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
