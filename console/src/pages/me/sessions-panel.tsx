import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { endSession, sessionsQuery } from "../../api/account.ts";
import { Button } from "../../ui/button.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { SessionsTable } from "./sessions-table.tsx";
import { meTexts } from "./texts.ts";

export function SessionsPanel() {
  const words = useTexts(meTexts);
  const queries = useQueryClient();
  const sessions = useInfiniteQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: endSession,
    onSuccess: async () => {
      toast(words.ended);
      await queries.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  return (
    <Panel title={words.sessions} flush>
      {end.error && <ProblemBanner error={end.error} />}
      <Loaded query={sessions}>
        {({ pages }) => (
          <SessionsTable
            caption={words.sessions}
            sessions={pages.flatMap(({ items }) => items)}
            step={({ no }) => (
              <Button small busy={end.isPending && end.variables === no} onClick={() => end.mutate(no)}>
                {words.end}
              </Button>
            )}
          />
        )}
      </Loaded>
      <MoreButton query={sessions}>{words.more}</MoreButton>
    </Panel>
  );
}
