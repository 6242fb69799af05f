import { useInfiniteQuery } from "@tanstack/react-query";
import { broadcastPages } from "../../api/broadcasts.ts";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { historyFilters } from "./filters.ts";
import { FiltersForm } from "./filters-form.tsx";
import styles from "./rows.module.css";
import { BroadcastRows } from "./rows.tsx";
import { broadcastsTexts } from "./texts.ts";

/** Everything, the newest first, by the filters in the address; page by page. */
export function HistoryTab() {
  const words = useTexts(broadcastsTexts);
  const [parameters] = useParameters();
  const filters = historyFilters(parameters);
  const isFiltered = Object.keys(filters).length > 0;
  const query = useInfiniteQuery(broadcastPages(filters));
  return (
    <>
      <FiltersForm />
      <Loaded query={query} lines={8}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0 && !query.hasNextPage) {
            return isFiltered ? (
              <Empty title={words.historyEmpty}>{words.historyEmptyNext}</Empty>
            ) : (
              <Empty title={words.historyNone}>{words.historyNoneNext}</Empty>
            );
          }
          return (
            <Panel flush title={words.tabs.history}>
              <BroadcastRows label={words.tabs.history} items={items} />
              {query.hasNextPage && (
                <div className={styles.more}>
                  <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {query.isFetchingNextPage ? words.loadingMore : words.more}
                  </Button>
                </div>
              )}
            </Panel>
          );
        }}
      </Loaded>
    </>
  );
}
