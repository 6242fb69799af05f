/** The overview of a region; the caller's own without one. */
export const overviewHref = (region: string | undefined, view?: "table"): string => {
  const query = new URLSearchParams({ ...(region && { region }), ...(view && { view }) }).toString();
  return query === "" ? "/" : `/?${query}`;
};

/** The villages of a region by name. */
export const villageListHref = (region: string | undefined): string => overviewHref(region, "table");
