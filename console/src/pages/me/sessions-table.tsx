import type { ReactNode } from "react";
import type { SessionJson } from "../../api/account.ts";
import { Moment } from "../../ui/age.tsx";
import { Tag } from "../../ui/marks.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import { browserOf } from "./browser-of.ts";
import { meTexts } from "./texts.ts";

export interface SessionsTableProps {
  readonly caption: string;
  readonly sessions: readonly SessionJson[];
  /** What can be done with one that is not the reader's own. */
  readonly step?: (session: SessionJson) => ReactNode;
}

/** Where somebody is signed in, one place a row. */
export function SessionsTable({ caption, sessions, step }: SessionsTableProps) {
  const words = useTexts(meTexts);
  return (
    <Table
      caption={caption}
      rows={sessions}
      rowKey={({ no }) => no}
      stack
      columns={[
        {
          key: "browser",
          head: words.browser,
          cell: ({ userAgent }) => browserOf(userAgent) ?? words.unknown,
        },
        { key: "address", head: words.address, cell: ({ address }) => address ?? words.unknown },
        { key: "since", head: words.since, cell: ({ createdAt }) => <Moment at={createdAt} only="moment" /> },
        { key: "seen", head: words.seen, cell: ({ lastSeenAt }) => <Moment at={lastSeenAt} /> },
        {
          key: "end",
          head: "",
          cell: (session) => (session.current ? <Tag>{words.here}</Tag> : step?.(session)),
        },
      ]}
    />
  );
}
