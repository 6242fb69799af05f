import { Moment } from "../../ui/age.tsx";
import { GrantSentences, type GrantSentencesProps } from "../../ui/grant-sentences.tsx";
import { PageLink } from "../../ui/page.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import { adminTexts } from "./texts.ts";

interface PrincipalJson {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string | null;
  readonly disabledAt: string | null;
  readonly grants: GrantSentencesProps["grants"];
}

/** People or applications with what they may do, as sentences. */
export function PrincipalList({
  rows,
  folder,
  caption,
}: {
  rows: readonly PrincipalJson[];
  folder: string;
  caption: string;
}) {
  const words = useTexts(adminTexts);
  return (
    <div data-list>
      <Table
        caption={caption}
        rows={rows}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "name",
            head: words.name,
            cell: ({ id, name }) => (
              <PageLink href={`/admin/${folder}/${encodeURIComponent(id)}`}>{name}</PageLink>
            ),
          },
          { key: "id", head: words.id, cell: ({ id }) => id },
          { key: "tenant", head: words.tenant, cell: ({ tenantId }) => tenantId ?? "—" },
          { key: "rights", head: words.rights, cell: ({ grants }) => <GrantSentences grants={grants} /> },
          {
            key: "state",
            head: words.state,
            cell: ({ disabledAt }) =>
              disabledAt ? (
                <>
                  {words.disabledSince} <Moment at={disabledAt} only="moment" />
                </>
              ) : (
                words.active
              ),
          },
        ]}
      />
    </div>
  );
}
