import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded, type LoadedProps } from "../../ui/loaded.tsx";
import { MoreButton, type MoreButtonProps } from "../../ui/more-button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { PrincipalList, type PrincipalListProps } from "./principal-list.tsx";
import { SearchField } from "./search-field.tsx";
import { adminTexts } from "./texts.ts";

type Pages = { readonly pages: readonly { readonly items: PrincipalListProps["rows"] }[] };

export interface PrincipalsTabProps {
  readonly title: string;
  readonly folder: PrincipalListProps["folder"];
  readonly query: LoadedProps<Pages>["query"] & MoreButtonProps["query"];
  readonly add: string;
  /** The form that adds one. */
  readonly form: (onClose: () => void) => ReactNode;
}

/** People or applications: the list with its search, and the form above it while one is added. */
export function PrincipalsTab({ title, folder, query, add, form }: PrincipalsTabProps) {
  const words = useTexts(adminTexts);
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const [adding, setAdding] = useState(false);
  return (
    <>
      {adding && form(() => setAdding(false))}
      <Panel
        title={title}
        flush
        more={
          <>
            <SearchField />
            {!adding && (
              <Button look="primary" small onClick={() => setAdding(true)}>
                {add}
              </Button>
            )}
          </>
        }
      >
        <Loaded query={query} lines={8}>
          {() =>
            rows.length === 0 ? (
              <Empty title={words.noneFits}>{words.noneNext}</Empty>
            ) : (
              <PrincipalList rows={rows} folder={folder} caption={title} />
            )
          }
        </Loaded>
        <MoreButton query={query}>{words.more}</MoreButton>
      </Panel>
    </>
  );
}
