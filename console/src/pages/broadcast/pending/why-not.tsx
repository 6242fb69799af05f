import { useQuery } from "@tanstack/react-query";
import { approversQuery } from "../../../api/broadcast-record.ts";
import { useNow } from "../../../ui/now.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { shortMoment } from "../../../ui/time.ts";
import styles from "./decision.module.css";
import { pendingTexts } from "./texts.ts";

/** Why the caller does not get the button, and who can approve. */
export function WhyNot({ id, code }: { id: string; code: string | null }) {
  const words = useTexts(pendingTexts);
  return (
    <div className={styles.whyNot}>
      <h2>{words.whyNot}</h2>
      <p>{words.reasons[code ?? ""] ?? words.otherReason}</p>
      <WhoCan id={id} />
    </div>
  );
}

/** Who could approve now; nothing where the caller may not know it. */
function WhoCan({ id }: { id: string }) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const { data } = useQuery(approversQuery(id));
  if (!data) return null;
  return (
    <>
      <h3>{words.whoCan}</h3>
      <ul className={styles.people}>
        {data.items.map((person) => (
          <li key={person.id}>
            <b>{person.name}</b>
            <span>{person.signedIn ? words.signedIn : words.notSignedIn}</span>
          </li>
        ))}
        {data.waiting.map(({ id: person, name, until }) => (
          <li key={person}>{words.waitingUntil(name, shortMoment(until, language, now))}</li>
        ))}
      </ul>
      {data.items.length === 0 && <p>{words.nobody}</p>}
    </>
  );
}
