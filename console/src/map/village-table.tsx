import { Table } from "../ui/table.tsx";
import { useTexts } from "../ui/texts.ts";
import { inOrder, type TownshipRow, tileTexts } from "./tile-state.ts";
import { useTileWords } from "./village-matrix.tsx";

/** The same as the matrix, as a table: the same villages in the same order with the same numbers. */
export function VillageTable({ caption, rows }: { caption: string; rows: readonly TownshipRow[] }) {
  const words = useTexts(tileTexts);
  const wordsOf = useTileWords();
  const villages = inOrder(rows).flatMap((row) =>
    inOrder(row.tiles).map((tile) => ({ ...tile, township: row.name })),
  );
  return (
    <Table
      caption={caption}
      rows={villages}
      rowKey={({ code }) => code}
      columns={[
        { key: "township", head: words.township, cell: ({ township }) => township },
        { key: "village", head: words.village, cell: ({ name }) => name },
        { key: "state", head: words.state, cell: (tile) => wordsOf(tile) },
        { key: "speakers", head: words.speakers, cell: ({ fraction }) => fraction ?? "—", numeric: true },
      ]}
    />
  );
}
