import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../src/pages/new-broadcast/rows.ts";
import {
  type Aim,
  addRegion,
  dropRegion,
  targetOf,
  toggleVillage,
} from "../../../src/pages/new-broadcast/target.ts";

const place = (code: string) => ({ code, name: `村${code.slice(-3)}` });
const aim = (regions: string[], exclude: string[] = []): Aim => ({
  regions: regions.map(place),
  exclude: exclude.map(place),
  shapes: {},
});
const codes = ({ regions, exclude }: Aim) => [
  regions.map(({ code }) => code),
  exclude.map(({ code }) => code),
];
const A = "520326001";
const villages = [`${A}001`, `${A}002`];
const known = villages.map(place);

describe("the place that a form aims at", () => {
  it("takes a wider region for those that lie in it, and forgets what was taken out of them", () => {
    expect(codes(addRegion(aim([A, "520327"], [`${A}001`]), place("520326")))).toEqual([
      ["520327", "520326"],
      [],
    ]);
  });

  it("puts a village back when it is added again", () => {
    expect(codes(addRegion(aim([A], [`${A}001`]), place(`${A}001`)))).toEqual([[A], []]);
  });

  it("drops a region with what was taken out of it", () => {
    expect(codes(dropRegion(aim([A, "520326002"], [`${A}001`]), A))).toEqual([["520326002"], []]);
  });

  it("takes a village out and puts it back", () => {
    const out = toggleVillage(aim([A]), place(villages[0]!), known);
    expect(codes(out)).toEqual([[A], [villages[0]]]);
    expect(codes(toggleVillage(out, place(villages[0]!), known))).toEqual([[A], []]);
  });

  it("drops a village that was named by itself, and a region of which nothing is left", () => {
    expect(codes(toggleVillage(aim(villages), place(villages[0]!), known))).toEqual([[villages[1]], []]);
    expect(codes(toggleVillage(aim([A], [villages[0]!]), place(villages[1]!), known))).toEqual([[], []]);
  });

  it("keeps the shapes that came with a draft", () => {
    const circles = [{ longitude: 107, latitude: 28, radiusKm: 3 }];
    expect(targetOf({ ...aim([A]), shapes: { circles } })).toEqual({ regions: [A], circles });
  });
});

describe("the villages of a target", () => {
  const village = (regionCode: string, speakers: number, online: number) => ({
    regionCode,
    name: `${regionCode.slice(-3)}村村民委员会`,
    speakers,
    online,
  });
  const preview = {
    byVillage: [
      village(`${A}001`, 2, 1),
      village(`${A}002`, 0, 0),
      village(`${A}003`, 1, 0),
      village(`${A}004`, 2, 2),
    ],
    byTownship: [
      { regionCode: A, name: "都濡街道", speakers: 5, online: 3, villages: 4, villagesCovered: 3 },
    ],
  };

  it("show their worst, with online of all where some are away", () => {
    const [row] = rowsOf(preview, aim([A]), (left, speakers) => `${left} ${speakers}`);
    expect(row).toMatchObject({ name: "都濡街道", about: "4 5" });
    expect(row!.tiles.map(({ state, fraction, name }) => [name, state, fraction])).toEqual([
      ["001村", "partly", "1/2"],
      ["002村", "none", undefined],
      ["003村", "offline", undefined],
      ["004村", "online", "2"],
    ]);
  });

  it("show one that is taken out at its place, at once and once", () => {
    const [row] = rowsOf(preview, aim([A], [`${A}004`]), () => "");
    expect(row!.tiles.filter(({ code }) => code === `${A}004`)).toMatchObject([{ state: "out" }]);
  });
});
