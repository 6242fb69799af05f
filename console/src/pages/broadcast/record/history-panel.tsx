import { useQuery } from "@tanstack/react-query";
import { historyQuery } from "../../../api/broadcast-record.ts";
import { Loaded } from "../../../ui/loaded.tsx";
import { count } from "../../../ui/number.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { fullMoment } from "../../../ui/time.ts";
import styles from "./record.module.css";
import { recordTexts } from "./texts.ts";

/** Each step with its person, reason and time. */
export function HistoryPanel({ id }: { id: string }) {
  const words = useTexts(recordTexts);
  const history = useQuery(historyQuery(id));
  return (
    <Panel title={words.history}>
      <Loaded query={history}>
        {({ items }) => (
          <ol className={styles.steps}>
            {items.map(({ step, at, action, actor, reason, details }) => (
              <li key={step}>
                <time dateTime={at}>{fullMoment(at)}</time>
                <span>
                  <b>{words.steps[action] ?? words.otherStep}</b>{" "}
                  {actor.type === "platform" ? words.platform : (actor.name ?? actor.id)}
                  {typeof details.targets === "number" && ` · ${words.targets(count(details.targets))}`}
                  {reason && <q>{reason}</q>}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Panel>
  );
}
