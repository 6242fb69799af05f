import type { Page } from "playwright-core";
import { type ListedPage, PAGES } from "./pages.ts";
import type { Scenery } from "./world/scenery.ts";

/** A page as pictures show it: with an address that has more to see, or after something was done on it. */
export interface ShownPage extends Omit<ListedPage, "who"> {
  /** Undefined: nobody has signed in. */
  readonly who: ListedPage["who"] | undefined;
  /** Before the page is opened: what the platform answers, or that it does not. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** After the page is there. */
  readonly after?: (page: Page) => Promise<unknown>;
  /** What shows that it is there, where that is not that all of it has come. */
  readonly until?: string;
  /** True: it looks the same by day and by night. */
  readonly hasOwnTheme?: boolean;
}

/** Addresses that show more than those by which pages are tested. */
const ADDRESSES: Readonly<Record<string, string>> = {
  "the audit": "/audit",
  "the devices": "/devices?kind=gas-meter",
};

const ofDrill = ({ broadcasts: { drill, onAir } }: Scenery) => `/broadcasts/${drill ?? onAir}`;
const never = (page: Page) => page.route(/\/v1\/(?!sessions|console|me)/, () => {});
const refused = (page: Page) => page.route(/\/v1\/(alarms|devices)/, (route) => route.abort());
/** Without a shared worker a page listens by itself, and what it asks for can be refused. */
async function loseStream(page: Page): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(window, "SharedWorker"));
  await page.route(/\/v1\/stream/, (route) => route.abort());
}
const press = (name: RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();

/** What pages look like on the way: nothing there yet, nothing at all, trouble, questions. */
const STATES: readonly ShownPage[] = [
  { name: "the sign-in", route: "/", who: undefined },
  {
    name: "the history of broadcasts",
    route: "/broadcasts",
    at: () => "/broadcasts?tab=history",
    who: "dispatcher",
  },
  { name: "a wall", route: "/wall", who: "dispatcher", until: "main li:nth-of-type(4)", hasOwnTheme: true },
  { name: "a drill on the air", route: "/broadcasts/:id", at: ofDrill, who: "dispatcher" },
  { name: "an overview that loads", route: "/", who: "dispatcher", before: never, until: "[aria-busy=true]" },
  { name: "devices that load", route: "/devices", who: "operator", before: never, until: "[aria-busy=true]" },
  { name: "alarms that fail", route: "/alarms", who: "dutyOfficer", before: refused },
  {
    name: "alarms of which none fits",
    route: "/alarms",
    at: () => "/alarms?severity=warning",
    who: "dutyOfficer",
  },
  { name: "devices of which none fits", route: "/devices", at: () => "/devices?q=nothing", who: "operator" },
  { name: "a device that is not there", route: "/devices/:id", at: () => "/devices/none", who: "operator" },
  {
    name: "a stream that is lost",
    route: "/",
    who: "dispatcher",
    before: loseStream,
  },
  {
    name: "an acknowledgement",
    route: "/alarms",
    who: "dutyOfficer",
    after: press(/^(确认收到|Acknowledge)$/),
  },
  {
    name: "a rejection",
    route: "/broadcasts/:id",
    at: ({ broadcasts: { pending } }) => `/broadcasts/${pending}`,
    who: "approver",
    after: press(/^(驳回…|Reject…)$/),
  },
  {
    name: "a search",
    route: "/",
    who: "dispatcher",
    after: async (page) => {
      await page.getByRole("combobox", { name: /^(查找村|Find villages)/ }).fill("大坪");
      await page.getByRole("search").getByRole("option").first().waitFor();
    },
  },
  { name: "the keys", route: "/", who: "dispatcher", after: (page) => page.keyboard.press("?") },
];

/** Everything that pictures are taken of. */
export const SHOWN: readonly ShownPage[] = [
  ...PAGES.map((listed) => {
    const address = ADDRESSES[listed.name];
    return address === undefined ? listed : { ...listed, at: () => address };
  }),
  ...STATES,
];

/** Taken last: afterwards nothing sounds there. */
export const STOPPED: ShownPage = {
  name: "a drill that was stopped",
  route: "/broadcasts/:id",
  at: ofDrill,
  who: "dispatcher",
  after: async (page) => {
    const stop = page.getByRole("main").getByRole("button", { name: /^(立即停播|Stop now)/ });
    if ((await stop.count()) > 0) await stop.last().click();
    await page.getByRole("button", { name: /^(发布解除|All clear)/ }).waitFor();
  },
};
