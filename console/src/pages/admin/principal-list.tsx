import { useInfiniteQuery } from "@tanstack/react-query";
import { tenantsQuery } from "../../api/access.ts";
import { NamedGrants } from "../../map/named-grants.tsx";
import { Moment } from "../../ui/age.tsx";
import type { GrantSentencesProps } from "../../ui/grant-sentences.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { Table } from "../../ui/table.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { adminTexts } from "./texts.ts";

interface PrincipalJson {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string | null;
  readonly disabledAt: string | null;
  readonly grants: GrantSentencesProps["grants"];
}

export interface PrincipalListProps {
  readonly rows: readonly PrincipalJson[];
  /** In the address of one of them. */
  readonly folder: "people" | "applications";
  readonly caption: string;
}

/** People or applications with what they may do, as sentences. */
export function PrincipalList({ rows, folder, caption }: PrincipalListProps) {
  const words = useTexts(adminTexts);
  const tenants = useInfiniteQuery(tenantsQuery);
  const names = new Map(
    (tenants.data?.pages.flatMap(({ items }) => items) ?? []).map(({ id, name }) => [id, name]),
  );
  return (
    <div data-list>
      <Table
        caption={caption}
        rows={rows}
        rowKey={({ id }) => id}
        stack
        columns={[
          {
            key: "name",
            head: words.name,
            cell: ({ id, name }) => (
              <span className={styles.once}>
                <PageLink href={`/admin/${folder}/${encodeURIComponent(id)}`}>{name}</PageLink>
              </span>
            ),
          },
          { key: "id", head: words.id, cell: ({ id }) => id },
          {
            key: "tenant",
            head: words.tenant,
            cell: ({ tenantId }) => names.get(tenantId ?? "") ?? tenantId ?? "—",
          },
          { key: "rights", head: words.rights, cell: ({ grants }) => <NamedGrants grants={grants} /> },
          {
            key: "state",
            head: words.state,
            cell: ({ disabledAt }) =>
              disabledAt ? (
                <>
                  {words.disabledSince} <Moment at={disabledAt} only="moment" />
                </>
              ) : (
                <span className={styles.once}>{words.active}</span>
              ),
          },
        ]}
      />
    </div>
  );
}
