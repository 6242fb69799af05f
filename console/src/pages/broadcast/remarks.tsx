import type { BroadcastJson } from "../../api/broadcasts.ts";
import { Banner } from "../../ui/banner.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./remarks.module.css";
import { broadcastTexts } from "./texts.ts";

/** What somebody who decides has to read first: doubts of the platform about the texts, and about an alert from outside. */
export function Remarks({ broadcast: { warnings, source } }: { broadcast: BroadcastJson }) {
  const words = useTexts(broadcastTexts);
  const remarks = [
    ...warnings.map((warning) => ({
      ...warning,
      where: /^\/texts\/(\d+)/.exec(warning.path)?.[1],
    })),
    ...(source?.warnings ?? []).map((warning) => ({ ...warning, where: undefined })),
  ];
  if (remarks.length === 0) return null;
  return (
    <Banner>
      <b>{words.warnings}</b>
      <ul className={styles.list}>
        {remarks.map(({ rule, message, where }) => (
          <li key={`${rule} ${message}`}>
            {words.warningRules[rule] ?? words.otherWarning}
            {where !== undefined && ` · ${words.textNo(Number(where) + 1)}`}
            <details>
              <summary>{words.detailEnglish}</summary>
              <p lang="en">{message}</p>
            </details>
          </li>
        ))}
      </ul>
    </Banner>
  );
}
