import type { Page } from "playwright-core";
import type { Scenery } from "./world/scenery.ts";
import type { PersonName } from "./world/start-world.ts";

/** A page of the console as it is looked at. A new page gets a line here. */
export interface ListedPage {
  readonly name: string;
  /** As `console/src/app/routes.tsx` has it. */
  readonly route: string;
  /** Where the address has more in it than its route. */
  readonly at?: (scenery: Scenery) => string;
  /** Who sees most of it. */
  readonly who: PersonName;
}

export const PAGES: readonly ListedPage[] = [
  { name: "the overview", route: "/", who: "dispatcher" },
  { name: "my account", route: "/me", who: "dispatcher" },
  { name: "the alarms", route: "/alarms", who: "dutyOfficer" },
  { name: "the devices", route: "/devices", who: "operator" },
  {
    name: "a meter",
    route: "/devices/:id",
    at: ({ meter }) => `/devices/${meter}`,
    who: "operator",
  },
  { name: "a speaker", route: "/devices/:id", at: ({ speaker }) => `/devices/${speaker}`, who: "operator" },
  { name: "a gateway", route: "/devices/:id", at: ({ gateway }) => `/devices/${gateway}`, who: "operator" },
  { name: "the quality of data", route: "/quality", who: "operator" },
  { name: "the tour", route: "/tour", who: "dispatcher" },
  { name: "the usage", route: "/usage", who: "company" },
  { name: "the doors of a broadcast", route: "/broadcasts/new", who: "dispatcher" },
  {
    name: "a new drill",
    route: "/broadcasts/new/:mode",
    at: ({ broadcasts: { draft } }) => `/broadcasts/new/drill?draft=${draft}`,
    who: "dispatcher",
  },
  {
    name: "a new actual warning",
    route: "/broadcasts/new/:mode",
    at: () => "/broadcasts/new/actual",
    who: "dutyOfficer",
  },
  {
    name: "the check of a drill",
    route: "/broadcasts/new/:mode/check/:id",
    at: ({ broadcasts: { draft } }) => `/broadcasts/new/drill/check/${draft}`,
    who: "dispatcher",
  },
  {
    name: "a warning that was submitted",
    route: "/broadcasts/new/:mode/submitted/:id",
    at: ({ broadcasts: { pending } }) => `/broadcasts/new/actual/submitted/${pending}`,
    who: "dispatcher",
  },
  {
    name: "the green channel",
    route: "/broadcasts/new/:mode/release/:id",
    at: ({ broadcasts: { pending } }) => `/broadcasts/new/actual/release/${pending}`,
    who: "dutyOfficer",
  },
  // Of what happened once: other flows add to the whole of it all the time.
  {
    name: "the audit",
    route: "/audit",
    at: ({ broadcasts: { pending } }) => `/audit?objectId=${pending}`,
    who: "auditor",
  },
  { name: "the broadcasts", route: "/broadcasts", who: "approver" },
  {
    name: "a broadcast that waits",
    route: "/broadcasts/:id",
    at: ({ broadcasts: { pending } }) => `/broadcasts/${pending}`,
    who: "approver",
  },
  {
    name: "a broadcast on the air",
    route: "/broadcasts/:id",
    at: ({ broadcasts: { onAir } }) => `/broadcasts/${onAir}`,
    who: "dispatcher",
  },
  {
    name: "a broadcast that is over",
    route: "/broadcasts/:id",
    at: ({ broadcasts: { ended } }) => `/broadcasts/${ended}`,
    who: "dispatcher",
  },
  {
    name: "a draft",
    route: "/broadcasts/:id",
    at: ({ broadcasts: { draft } }) => `/broadcasts/${draft}`,
    who: "dispatcher",
  },
  ...(["people", "applications", "tenants", "displays", "changes"] as const).map(
    (tab): ListedPage => ({
      name: `the administration of ${tab}`,
      route: "/admin/:tab?/:id?",
      at: () => `/admin/${tab}`,
      who: "administrator",
    }),
  ),
  {
    name: "a person",
    route: "/admin/:tab?/:id?",
    at: () => "/admin/people/zhang.min",
    who: "administrator",
  },
  { name: "the province", route: "/", who: "administrator" },
  { name: "an address that is no page", route: "*", at: () => "/nowhere", who: "dispatcher" },
];

/**
 * Every third of them, for checks of what all pages have from the same parts and which take long; each with `WIDE=1`.
 */
export const SOME_PAGES = process.env.WIDE ? PAGES : PAGES.filter((_, place) => place % 3 === 0);

export const addressOf = ({ route, at }: Pick<ListedPage, "route" | "at">, scenery: Scenery): string =>
  `/console${at ? at(scenery) : route}`;

/** Waits until a page has its title and nothing of it is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.locator("body:has(h1):not(:has([aria-busy=true]))").waitFor();
}

/** Opens a page and waits until it is all there. */
export async function openPage(page: Page, listed: ListedPage, scenery: Scenery): Promise<void> {
  await page.goto(addressOf(listed, scenery));
  await settled(page);
}

export type Language = "zh" | "en";
export type Theme = "light" | "dark";

/** Every way in which a page may look. */
export const LOOKS: readonly { readonly language: Language; readonly theme: Theme }[] = [
  { language: "zh", theme: "light" },
  { language: "zh", theme: "dark" },
  { language: "en", theme: "dark" },
  { language: "en", theme: "light" },
];

/** Runs in the page: what another tab of the same browser does when somebody chooses there. */
function choose(kept: string): void {
  localStorage.setItem("console-preferences", kept);
  dispatchEvent(new StorageEvent("storage", { key: "console-preferences", newValue: kept }));
}

/** Changes language and theme of a page that is open, without loading it anew. */
export async function setLook(
  page: Page,
  look: { language: Language; theme: Theme },
  isThere = () => settled(page),
): Promise<void> {
  await page.evaluate(choose, JSON.stringify(look));
  const lang = look.language === "zh" ? "zh-CN" : "en";
  await page.locator(`html[lang=${lang}][data-theme=${look.theme}]`).waitFor();
  // Texts that are formatted by the platform are asked for again.
  await isThere();
}
