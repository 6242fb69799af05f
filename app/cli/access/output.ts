import type { Area } from "../../../access/limits.ts";
import { heldUntil } from "../../../accounts/grants.ts";
import type { StoredGrant } from "../../../store/access/index.ts";

/** Chinese characters take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu;

const widthOf = (text: string): number => [...text].length + (text.match(WIDE)?.length ?? 0);

/** A name, which its author chose, must not steer the terminal. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, "?");

/** Lines with columns below each other; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(printable));
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => widthOf(row[column] ?? ""))),
  );
  return clean.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - widthOf(cell)))
      .join("  ")
      .trimEnd(),
  );
}

/** An area in words, e.g. `regions 520326, kinds gas-meter`. */
function areaText(area: Area): string {
  const parts = (["regions", "kinds", "tenants", "devices"] as const).flatMap((list) => {
    const items = area[list];
    return items === "all" ? [] : `${list} ${items.join(" ")}`;
  });
  return parts.length === 0 ? "everything" : parts.join(", ");
}

/** A grant in words. */
export function grantText(grant: StoredGrant): string {
  const until = heldUntil(grant, Date.now());
  const waits = until ? ` (waits until ${until.toISOString()})` : "";
  return `${"role" in grant ? grant.role : grant.scopes.join(" ")} of ${areaText(grant.area)}${waits}`;
}

/** A moment, or a word for none. */
export const momentOr = (at: Date | null, none: string): string => at?.toISOString() ?? none;
