import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { endSession, sessionsQuery } from "../../api/account.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Tag } from "../../ui/marks.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { browserOf } from "./browser-of.ts";
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
          <Table
            caption={words.sessions}
            rows={pages.flatMap(({ items }) => items)}
            rowKey={({ no }) => no}
            stack
            columns={[
              {
                key: "browser",
                head: words.browser,
                cell: ({ userAgent }) => browserOf(userAgent) ?? words.unknown,
              },
              { key: "address", head: words.address, cell: ({ address }) => address ?? words.unknown },
              {
                key: "since",
                head: words.since,
                cell: ({ createdAt }) => <Moment at={createdAt} only="moment" />,
              },
              { key: "seen", head: words.seen, cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} /> },
              {
                key: "end",
                head: "",
                cell: ({ no, current }) =>
                  current ? (
                    <Tag>{words.here}</Tag>
                  ) : (
                    <Button small busy={end.isPending && end.variables === no} onClick={() => end.mutate(no)}>
                      {words.end}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      <MoreButton query={sessions}>{words.more}</MoreButton>
    </Panel>
  );
}
