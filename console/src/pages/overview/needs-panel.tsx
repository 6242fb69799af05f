import { useState } from "react";
import type { MeJson } from "../../api/session.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { NeedLine, needKey } from "./need-line.tsx";
import { whatNeeds } from "./needs.ts";
import styles from "./needs-panel.module.css";
import { overviewTexts } from "./texts.ts";
import type { SituationQuery } from "./use-situation.ts";

/** So many lines have their place before anything is known, so that nothing jumps. */
const LINES = 5;

export interface NeedsPanelProps {
  readonly me: MeJson;
  readonly region: string | undefined;
  readonly query: SituationQuery;
}

/** What waits for the person, one button each. */
export function NeedsPanel({ me, region, query }: NeedsPanelProps) {
  const { needs: words, loading } = useTexts(overviewTexts);
  const [all, setAll] = useState(false);
  const needs = whatNeeds(me, query.situation);
  const shown = all ? needs : needs.slice(0, LINES);
  return (
    <Panel
      title={words.title}
      {...(query.isSettled && { count: needs.length })}
      more={
        query.isSettled && needs.length > LINES ? (
          <Button look="quiet" small onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? words.fewer : words.all(needs.length)}
          </Button>
        ) : (
          words.order
        )
      }
      flush
    >
      <div className={styles.room}>
        {query.failed[0]?.error && (
          <ProblemBanner
            error={query.failed[0].error}
            onAgain={() => {
              for (const one of query.failed) void one.refetch();
            }}
          />
        )}
        {!query.isSettled ? (
          <div className={styles.skeleton} role="status" aria-label={loading} aria-busy="true" />
        ) : needs.length === 0 && query.failed.length === 0 ? (
          <Empty title={words.none}>{words.noneNext}</Empty>
        ) : (
          <ul data-list>
            {shown.map((need) => (
              <NeedLine key={needKey(need)} need={need} region={region} />
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
