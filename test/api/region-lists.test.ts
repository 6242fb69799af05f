import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guizhouRegions } from "../../seeds/regions.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const viewer = (...regions: string[]) =>
  personWith(`viewer of ${regions}`, [
    { role: "viewer", area: areaOf(regions.length > 0 ? { regions } : {}) },
  ]);
const VILLAGE = "520326001001";

/** All regions of Guizhou, as the seeds have them. */
const REGIONS = guizhouRegions();
const named = (name: string) => REGIONS.find((region) => region.name === name)!;

beforeAll(async () => {
  db = await createTestDatabase({ regions: true });
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const ask = async (query: string, who = viewer(), headers: Record<string, string> = {}) =>
  api.call({ url: `/v1/regions?${query}`, headers: { ...headers, ...callers.as(who) } });

interface Found {
  code: string;
  name: string;
  nameEn: string;
  level: string;
}

const found = async (query: string, who = viewer()): Promise<Found[]> => {
  const { status, json } = await ask(query, who);
  expect([query, status, json.nextCursor]).toEqual([query, 200, null]);
  return json.items;
};
const codes = async (query: string, who = viewer()) => (await found(query, who)).map(({ code }) => code);

const seeds = (test: (region: (typeof REGIONS)[number]) => boolean) =>
  REGIONS.filter(test).map(({ code }) => code);

describe("a subtree", () => {
  it("comes in one request, of one level or of all", async () => {
    const counties = await codes("under=52&level=county");
    expect(counties.length).toBe(88);
    const villages = await codes("under=520326&level=village");
    expect(villages.length).toBe(124);
    expect(villages).toEqual(seeds(({ code, level }) => level === 5 && code.startsWith("520326")).toSorted());
    const all = seeds(({ code }) => code.startsWith("520326") && code !== "520326");
    expect(await codes("under=520326&limit=5000")).toEqual(all.toSorted());
    expect(await codes("level=city")).toEqual(seeds(({ level }) => level === 2).toSorted());
    expect(await codes(`under=${VILLAGE}`)).toEqual([]);
    expect(await codes("under=99")).toEqual([]);
  });

  it("comes page by page, each region once", async () => {
    const pages: string[] = [];
    let cursor = "";
    do {
      const { json } = await ask(`under=520326&level=village&limit=50${cursor && `&cursor=${cursor}`}`);
      pages.push(...json.items.map(({ code }: Found) => code));
      cursor = json.nextCursor ?? "";
    } while (cursor !== "");
    expect(pages).toEqual(await codes("under=520326&level=village"));
  });

  it("is refused beside the children of one region", async () => {
    for (const query of ["parent=52&under=52", "parent=52&level=city", "parent=52&q=x"]) {
      const { status, json } = await ask(query);
      expect([query, status, json.faults?.[0].path]).toEqual([query, 400, "/parent"]);
    }
    for (const query of ["under=1", "level=street", "q="]) expect((await ask(query)).status, query).toBe(400);
  });
});

describe("a search", () => {
  const wuchuan = () => named("务川仡佬族苗族自治县");

  it("finds a part of the Chinese name, the higher levels first", async () => {
    const items = await found(`q=${encodeURIComponent("大坪")}&limit=5000`);
    expect(items.map(({ code }) => code).toSorted()).toEqual(
      seeds(({ name }) => name.includes("大坪")).toSorted(),
    );
    const lengths = items.map(({ code }) => code.length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    expect(await codes(`q=${encodeURIComponent("仡佬族苗族")}&level=county`)).toContain(wuchuan().code);
  });

  it("finds the beginning of any word of the English name, in any case, and no middle of one", async () => {
    const words = (text: string) => (nameEn: string) => ` ${nameEn.toLowerCase()}`.includes(` ${text}`);
    for (const text of ["wuch", "Daping", "gelao and"]) {
      const begins = words(text.toLowerCase());
      expect((await codes(`q=${text}&limit=5000`)).toSorted()).toEqual(
        seeds(({ nameEn }) => begins(nameEn ?? "")).toSorted(),
      );
    }
    expect(await codes("q=wuch&level=county")).toEqual([wuchuan().code]);
    expect(await codes("q=uchuan&level=county")).toEqual([]);
  });

  it("finds the beginning of a code, and takes no sign for a pattern", async () => {
    expect((await codes("q=52032&limit=5000")).toSorted()).toEqual(
      seeds(({ code }) => code.startsWith("52032")).toSorted(),
    );
    for (const sign of ["%25", "_", "%5C"]) expect(await codes(`q=${sign}`)).toEqual([]);
  });

  it("stays under a region and at a level, page by page", async () => {
    const query = `q=${encodeURIComponent("村")}&under=520326&level=village`;
    const whole = await codes(query);
    expect(whole.every((code) => code.startsWith("520326") && code.length === 12)).toBe(true);
    const pages: string[] = [];
    let cursor = "";
    do {
      const { json } = await ask(`${query}&limit=40${cursor && `&cursor=${cursor}`}`);
      pages.push(...json.items.map(({ code }: Found) => code));
      cursor = json.nextCursor ?? "";
    } while (cursor !== "");
    expect(whole.length).toBeGreaterThan(40);
    expect(pages).toEqual(whole);
    const { nextCursor } = (await ask("q=da&limit=1")).json;
    expect((await ask(`level=village&cursor=${nextCursor}`)).json.code).toBe("invalid_cursor");
  });

  it("goes through all levels page by page, each region once", async () => {
    const query = `q=${encodeURIComponent("务川")}&limit=1`;
    const pages: string[] = [];
    let cursor = "";
    do {
      const { json } = await ask(query + (cursor && `&cursor=${cursor}`));
      pages.push(...json.items.map(({ code }: Found) => code));
      cursor = json.nextCursor ?? "";
    } while (cursor !== "");
    expect(pages.toSorted()).toEqual(seeds(({ name }) => name.includes("务川")).toSorted());
    expect(pages[0]).toBe(wuchuan().code);
  });
});

describe("a caller with one village", () => {
  const ways = ["52", "5203", "520326", "520326001"];

  it("finds it and those on the way to it, and nothing beside", async () => {
    const own = viewer(VILLAGE);
    expect(await codes("q=52", own)).toEqual([...ways, VILLAGE]);
    expect(await codes("under=52", own)).toEqual([...ways.slice(1), VILLAGE]);
    expect(await codes("under=520326&level=village", own)).toEqual([VILLAGE]);
    expect(await codes("under=520302", own)).toEqual([]);
    expect(await codes(`q=${encodeURIComponent("贵阳")}`, own)).toEqual([]);
  });
});

describe("a list that is kept", () => {
  it("is not sent again as long as nothing has changed", async () => {
    const query = "under=520326&level=village";
    const first = await ask(query);
    const tag = String(first.headers.etag);
    expect([tag.startsWith('W/"'), first.headers["cache-control"]]).toEqual([true, "private, no-cache"]);
    for (const header of [tag, `"x", ${tag}`, tag.slice(2), "*"]) {
      const again = await ask(query, viewer(), { "if-none-match": header });
      expect([header, again.status, again.text, again.headers.etag]).toEqual([header, 304, "", tag]);
    }
    for (const header of ['W/"x"', ""]) {
      expect((await ask(query, viewer(), { "if-none-match": header })).status).toBe(200);
    }
  });

  it("is another one for a caller with other limits, and after a change", async () => {
    const query = "under=520326&level=village";
    const tag = String((await ask(query)).headers.etag);
    const narrow = await ask(query, viewer(VILLAGE), { "if-none-match": tag });
    expect([narrow.status, narrow.json.items.length]).toEqual([200, 1]);
    await db.pool.query("update regions set name = '改名村' where code = $1", [VILLAGE]);
    const changed = await ask(query, viewer(), { "if-none-match": tag });
    expect([changed.status, changed.headers.etag === tag]).toEqual([200, false]);
  });
});
