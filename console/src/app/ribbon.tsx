import { GraduationCap, Siren, Volume2 } from "lucide-react";
import { useModeWords } from "../ui/marks.tsx";
import type { Frame } from "./frame.tsx";
import styles from "./ribbon.module.css";

const ICONS = {
  actual: <Siren aria-hidden />,
  drill: <Volume2 aria-hidden />,
  training: <GraduationCap aria-hidden />,
};

/** Stays at the top of the window, however far the page is scrolled. */
export function Ribbon({ frame: { mode, text, end } }: { frame: Frame }) {
  const modes = useModeWords();
  return (
    <div className={`${styles.ribbon} ${styles[mode]}`} role="status">
      <b>
        {ICONS[mode]}
        {modes[mode]}
      </b>
      <span>{text}</span>
      {end !== undefined && <span className={styles.end}>{end}</span>}
    </div>
  );
}
