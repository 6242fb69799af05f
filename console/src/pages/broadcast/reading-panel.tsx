import { useState } from "react";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { Listen } from "../../ui/listen.tsx";
import { Tag } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useTexts } from "../../ui/texts.ts";
import { phaseOf } from "./phase.ts";
import styles from "./reading-panel.module.css";
import { broadcastTexts } from "./texts.ts";

/** What is read aloud, in the type of what is heard: headline, text and advice, each language as it stands. */
export function ReadingPanel({ broadcast, about }: { broadcast: BroadcastJson; about?: string | undefined }) {
  const words = useTexts(broadcastTexts);
  const { texts } = broadcast.message;
  const title = words.reading[phaseOf(broadcast)];
  const [chosen, choose] = useState("0");
  const text = texts[Number(chosen)] ?? texts[0];
  const nameOf = (language: string) => words.languages[language] ?? language;
  return (
    <Panel
      title={title}
      about={
        <>
          {text && texts.length === 1 && <Tag>{nameOf(text.language)}</Tag>}
          {about}
        </>
      }
      more={
        <>
          {texts.length > 1 && (
            <Segmented
              label={title}
              options={texts.map(({ language }, at) => ({ value: String(at), label: nameOf(language) }))}
              value={chosen}
              onChange={choose}
            />
          )}
          {text && broadcast.releasedAt === null && <Listen texts={[text]} />}
        </>
      }
    >
      {text ? (
        <div className={styles.text} lang={text.language}>
          <p>{text.description}</p>
          {text.instruction && <p>{text.instruction}</p>}
        </div>
      ) : (
        words.noTexts
      )}
    </Panel>
  );
}
