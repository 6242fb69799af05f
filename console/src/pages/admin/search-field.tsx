import { useEffect, useState } from "react";
import { useParameters } from "../../ui/address.ts";
import { useTexts } from "../../ui/texts.ts";
import styles from "./search-field.module.css";
import { adminTexts } from "./texts.ts";

/** Typing pauses for so long before the list is asked for, in milliseconds. */
const PAUSE_MS = 250;

/** Filters the list; what is typed goes into the address after a pause. */
export function SearchField() {
  const words = useTexts(adminTexts);
  const [parameters, setParameters] = useParameters();
  const kept = parameters.get("q") ?? "";
  const [text, setText] = useState(kept);
  useEffect(() => {
    if (text === kept) return;
    const timer = setTimeout(() => setParameters({ q: text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, kept, setParameters]);
  return (
    <input
      type="search"
      className={styles.search}
      aria-label={words.search}
      placeholder={words.search}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
