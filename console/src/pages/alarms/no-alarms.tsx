import { useQuery } from "@tanstack/react-query";
import { latestAlarmQuery } from "../../api/alarms.ts";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { useNow } from "../../ui/now.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { NARROWING, showOf } from "./filters.ts";
import { alarmsTexts } from "./texts.ts";

/** Nothing to work off: since when, or because of which filters. */
export function NoAlarms() {
  const words = useTexts(alarmsTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const [parameters, setParameters] = useParameters();
  const latest = useQuery(latestAlarmQuery);
  if (NARROWING.some((name) => parameters.has(name))) {
    return (
      <Panel>
        <Empty title={words.empty.filtered}>
          <Button
            onClick={() => setParameters(Object.fromEntries(NARROWING.map((name) => [name, undefined])))}
          >
            {words.clear}
          </Button>
        </Empty>
      </Panel>
    );
  }
  const last = latest.data?.items[0];
  return (
    <Panel>
      <Empty title={words.empty[showOf(parameters)]}>
        {latest.data &&
          (last ? words.empty.since(shortMoment(last.lastRaisedAt, language, now)) : words.empty.never)}
      </Empty>
    </Panel>
  );
}
