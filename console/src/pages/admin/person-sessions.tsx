import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type PersonJson, personSessionsQuery } from "../../api/access.ts";
import { endPersonSessions } from "../../api/access-steps.ts";
import { mayDo, meQuery } from "../../api/session.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { SessionsTable } from "../me/sessions-table.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

/** Where a person is signed in, and the step that ends all of it: a phone may be lost, or a laptop stolen. */
export function PersonSessions({ person }: { person: PersonJson }) {
  const words = useTexts(adminTexts);
  const me = useQuery(meQuery);
  const mayEnd = me.data !== undefined && mayDo(me.data, "access:write");
  const [asking, setAsking] = useState(false);
  const sessions = useInfiniteQuery(personSessionsQuery(person.id));
  const end = useAccessStep(
    () => endPersonSessions(person.id),
    words.sessionsEnded,
    () => setAsking(false),
  );
  const rows = sessions.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel
      title={words.sessions}
      flush
      more={
        rows.length > 0 &&
        (mayEnd ? (
          <Button small look="danger" onClick={() => setAsking(true)}>
            {words.endSessions}
          </Button>
        ) : (
          me.data && words.mayNotEnd
        ))
      }
    >
      <Loaded query={sessions}>
        {() =>
          rows.length === 0 ? (
            <Empty title={words.noSessions} />
          ) : (
            <SessionsTable caption={words.sessions} sessions={rows} />
          )
        }
      </Loaded>
      <MoreButton query={sessions}>{words.more}</MoreButton>
      {asking && (
        <ConfirmDialog
          title={words.endSessionsTitle(person.name)}
          about={words.endSessionsAbout}
          keep={words.keepSessions}
          go={words.endSessionsNow}
          busy={end.isPending}
          error={end.error}
          onGo={() => end.mutate(undefined)}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  );
}
