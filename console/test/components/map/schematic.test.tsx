import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { points } from "../../../../seeds/data/guizhou-county-points.json";
import { crowdedCodes } from "../../../src/map/crowded.ts";
import ProvinceMap, { type CountyCell, neighbourOf } from "../../../src/map/province-map.tsx";
import { area, type SchematicCell, schematic } from "../../../src/map/schematic.ts";
import { barePlace, shortPlace } from "../../../src/map/short-place.ts";

const COUNTIES = points.map(({ code, name, lon, lat }) => ({ code, name, longitude: lon, latitude: lat }));
const draw = () => schematic(COUNTIES, 740, 560, 64);

/** True where a point lies in a convex ring, or nearer to its edge than a rounding error. */
const holds = (ring: SchematicCell["ring"], [x, y]: readonly [number, number], slack = 0): boolean =>
  ring.every(([ax, ay], at) => {
    const [bx, by] = ring[(at + 1) % ring.length]!;
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) > slack * Math.hypot(bx - ax, by - ay);
  });

describe("the schematic of a province", () => {
  it("has a cell with room for each of the 88 counties, inside the drawing", () => {
    const cells = draw();
    expect(cells.map(({ code }) => code)).toEqual(COUNTIES.map(({ code }) => code));
    expect(cells).toHaveLength(88);
    for (const { ring, centre } of cells) {
      expect(area(ring)).toBeGreaterThan(20);
      expect(holds(ring, centre)).toBe(true);
      for (const [x, y] of ring) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(740);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(560);
      }
    }
  });

  it("lets no two cells overlap", () => {
    const cells = draw();
    // A grid of points finds any overlap that an eye could.
    for (let x = 1; x < 740; x += 7) {
      for (let y = 1; y < 560; y += 7) {
        const holders = cells.filter(({ ring }) => holds(ring, [x, y], 1e-6)).map(({ code }) => code);
        expect(holders.length).toBeLessThanOrEqual(1);
      }
    }
  });

  it("leaves no hole in the middle of the province", () => {
    const cells = draw();
    const inside = cells.filter(({ code }) => ["520122", "522701", "520402"].includes(code));
    for (const { centre } of inside) {
      for (const [dx, dy] of [
        [15, 0],
        [-15, 0],
        [0, 15],
        [0, -15],
      ] as const) {
        const near: readonly [number, number] = [centre[0] + dx, centre[1] + dy];
        expect(cells.some(({ ring }) => holds(ring, near, -0.01))).toBe(true);
      }
    }
  });

  it("enlarges the districts of Guiyang, and no lone small county", () => {
    const crowded = crowdedCodes(draw());
    expect(crowded.length).toBeGreaterThanOrEqual(3);
    expect(crowded.every((code) => code.startsWith("5201"))).toBe(true);
    expect(crowded).toContain("520103");
  });

  it("enlarges only where several of a city lie close together", () => {
    const square = (code: string, side: number): SchematicCell => ({
      code,
      name: code,
      ring: [
        [0, 0],
        [side, 0],
        [side, side],
        [0, side],
      ],
      centre: [side / 2, side / 2],
      width: side,
      height: side,
    });
    const large = ["520322", "520323", "520324", "520325", "520326"].map((code) => square(code, 50));
    const close = ["520102", "520103", "520111"].map((code) => square(code, 10));
    expect(crowdedCodes([...large, ...close, square("520402", 10)])).toEqual(close.map(({ code }) => code));
  });

  it("draws a province of one place, and none", () => {
    expect(schematic([], 100, 100, 10)).toEqual([]);
    expect(schematic(COUNTIES.slice(0, 1), 100, 100, 10)[0]?.ring.length).toBeGreaterThan(8);
  });
});

describe("short names of places", () => {
  it.each([
    ["务川仡佬族苗族自治县", "务川县", "务川"],
    ["黔东南苗族侗族自治州", "黔东南州", "黔东南"],
    ["三都水族自治县", "三都县", "三都"],
    ["威宁彝族回族苗族自治县", "威宁县", "威宁"],
    ["玉屏侗族自治县", "玉屏县", "玉屏"],
    ["云岩区", "云岩区", "云岩"],
    ["六枝特区", "六枝特区", "六枝"],
    ["兴仁市", "兴仁市", "兴仁"],
  ])("%s", (name, short, bare) => {
    expect(shortPlace(name)).toBe(short);
    expect(barePlace(name)).toBe(bare);
  });
});

describe("the province's drawing", () => {
  const county = (more: Partial<CountyCell>, at: number): CountyCell => ({
    ...COUNTIES[at]!,
    state: "online",
    fraction: "2/2",
    isOnAir: false,
    ...more,
  });

  it("goes from county to county by the arrow keys, and opens one without loading the page anew", async () => {
    const user = userEvent.setup();
    const { hook, history } = memoryLocation({ path: "/", record: true });
    const counties = COUNTIES.map((_, at) => county({}, at));
    render(
      <Router hook={hook}>
        <ProvinceMap caption="贵州省" counties={counties} hrefOf={(code) => `/at/${code}`} />
      </Router>,
    );
    const group = screen.getByRole("group", { name: /贵州省.*示意图（非行政界线）/ });
    expect(group.querySelectorAll("[data-main] a")).toHaveLength(88);
    expect(group.querySelectorAll('[data-main] a[tabindex="0"]')).toHaveLength(1);
    await user.tab();
    const first = document.activeElement?.getAttribute("data-cell");
    expect(first).toBe("520102");
    await user.keyboard("{ArrowRight}");
    const second = document.activeElement?.getAttribute("data-cell");
    expect(second).toBe(neighbourOf(schematic(counties, 740, 560, 64), "520102", "ArrowRight"));
    await user.click(document.activeElement!);
    expect(history?.at(-1)).toBe(`/at/${second}`);
  });

  it("says in words what patterns and outlines say", () => {
    const counties = [
      county({ state: "offline", fraction: "0/2" }, 0),
      county({ alarm: "critical", outlined: true }, 1),
      county({ isOnAir: true }, 2),
    ];
    render(<ProvinceMap caption="贵州省" counties={counties} hrefOf={() => "/"} />);
    const names = screen.getAllByRole("link").map((link) => link.querySelector("title")?.textContent);
    expect(names.sort()).toEqual(
      ["云岩区 2/2 在线 紧急 待批范围", "花溪区 2/2 在线 播发中", "南明区 0/2 离线"].sort(),
    );
  });

  it("goes nowhere where there is nothing in a direction", () => {
    const cells = draw();
    const west = cells.reduce((a, b) => (b.centre[0] < a.centre[0] ? b : a));
    expect(neighbourOf(cells, west.code, "ArrowLeft")).toBeUndefined();
    expect(neighbourOf(cells, west.code, "Enter")).toBeUndefined();
  });
});
