import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DeviceJson } from "../../../src/api/devices.ts";
import { attributesFrom, attributesText } from "../../../src/pages/devices/attributes-text.ts";
import { changesOf, readDraft } from "../../../src/pages/devices/device-draft.ts";
import { DeviceSteps } from "../../../src/pages/devices/device-steps.tsx";
import { identitiesText } from "../../../src/pages/devices/identities-text.ts";
import { lengthWords, planeOf, scaleBar } from "../../../src/pages/devices/plane.ts";
import { LanguageContext } from "../../../src/ui/texts.ts";

const device = {
  id: "gm-1",
  kind: "gas-meter",
  regionCode: "520326001001",
  name: "龙潭村 12 号燃气表",
  gatewayId: "gw-1",
  location: { longitude: 108.06, latitude: 28.4 },
  attributes: { 楼栋: "7", floors: 3, tags: ["a", "b"], ok: true },
  model: null,
  identities: [{ scheme: "mn", value: "88888880000001" }],
} as unknown as DeviceJson;

describe("attributes in a form", () => {
  it.each([
    [{}],
    [device.attributes],
    [{ a: "true", b: "null", c: "-1", d: "", e: '"', f: "[", g: "1月", h: { i: [null] }, j: "a=b" }],
  ])("come back as they were, texts as texts and numbers as numbers", (attributes) => {
    expect(attributesFrom(attributesText(attributes))).toEqual(attributes);
  });

  it("are refused on a line without key or value", () => {
    expect(attributesFrom("a=1\n\n b = 2 ")).toEqual({ a: 1, b: 2 });
    expect(attributesFrom("a")).toBeUndefined();
    expect(attributesFrom("=1")).toBeUndefined();
  });
});

const form = (values: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
};

describe("the form of a device", () => {
  it("says which fields are wrong", () => {
    expect(
      readDraft(form({ id: "-a", longitude: "108", attributes: "x", identities: "y" }), undefined).wrong,
    ).toEqual(new Set(["id", "kind", "regionCode", "location", "attributes", "identities"]));
    expect(readDraft(form({ id: "a", kind: "k", longitude: "181", latitude: "1" }), "52").wrong).toEqual(
      new Set(["location"]),
    );
    expect(readDraft(form({ id: "a.b-c_1", kind: "k" }), "52").wrong).toEqual(new Set());
  });

  it("changes only what was changed", () => {
    const same = {
      name: "龙潭村 12 号燃气表",
      gateway: "gw-1",
      longitude: "108.06",
      latitude: "28.4",
      attributes: attributesText(device.attributes),
      identities: identitiesText(device.identities),
      id: device.id,
      kind: device.kind,
    };
    const changed = (more: Record<string, string>, region = device.regionCode) =>
      changesOf(device, readDraft(form({ ...same, ...more }), region).draft);
    expect(changed({})).toEqual({});
    expect(changed({ name: " " })).toEqual({ name: null });
    expect(changed({ gateway: "gw-2" }, "520326001")).toEqual({ gatewayId: "gw-2", regionCode: "520326001" });
    expect(changed({ longitude: "", latitude: "" })).toEqual({ location: null });
    expect(changed({ model: "acme-1" })).toEqual({ model: "acme-1" });
    expect(changed({ identities: " SIM：13800138000 \n\ndeveui:70:b3 " })).toEqual({
      identities: [
        { scheme: "sim", value: "13800138000" },
        { scheme: "deveui", value: "70:b3" },
      ],
    });
    expect(changed({ identities: "" })).toEqual({ identities: [] });
  });
});

describe("what may be done with a device", () => {
  afterEach(() => vi.restoreAllMocks());
  const show = () =>
    render(
      <QueryClientProvider client={new QueryClient()}>
        <LanguageContext value="zh">
          <DeviceSteps device={device} />
        </LanguageContext>
      </QueryClientProvider>,
    );

  it("deletes it only with its name typed", async () => {
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => new Response(null, { status: 204 }));
    show();
    await userEvent.click(screen.getByRole("button", { name: "注销…" }));
    const go = screen.getByRole("button", { name: "注销这台设备" });
    await userEvent.click(go);
    await userEvent.type(screen.getByRole("textbox"), "龙潭村 12 号");
    await userEvent.click(go);
    expect(screen.getByText("与名称不一致")).toBeDefined();
    expect(fetched).not.toHaveBeenCalled();
    await userEvent.type(screen.getByRole("textbox"), "燃气表");
    await userEvent.click(go);
    await vi.waitFor(() => expect(fetched).toHaveBeenCalled());
    const request = fetched.mock.calls[0]![0] as Request;
    expect([request.method, new URL(request.url).pathname]).toEqual(["DELETE", "/v1/devices/gm-1"]);
  });

  it("shows a new password until it is kept, and not again", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
      Response.json({ username: "gm-1", password: "geheim-7" }),
    );
    show();
    await userEvent.click(screen.getByRole("button", { name: "换密码…" }));
    await userEvent.click(screen.getByRole("button", { name: "换密码" }));
    await screen.findByText("geheim-7");
    await userEvent.keyboard("{Escape}");
    expect(screen.getByText("geheim-7")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "我已保存" }));
    expect(screen.queryByText("geheim-7")).toBeNull();
  });
});

describe("a plain plane", () => {
  it("holds all points, with the same scale to the north as to the east", () => {
    const points = [
      { lon: 107.5, lat: 28.2 },
      { lon: 108.2, lat: 29 },
      { lon: 107.9, lat: 28.6 },
    ];
    const { width, height, place } = planeOf(points);
    for (const { lon, lat } of points) {
      const { x, y } = place(lon, lat);
      expect(x).toBeGreaterThanOrEqual(-1e-6);
      expect(y).toBeGreaterThanOrEqual(-1e-6);
      expect(x).toBeLessThanOrEqual(width + 1e-6);
      expect(y).toBeLessThanOrEqual(height + 1e-6);
    }
    // A degree of longitude at 28.6° is 0.878 of one of latitude.
    const east = place(108.5, 28.6).x - place(107.5, 28.6).x;
    const north = place(107.9, 29.1).y - place(107.9, 28.1).y;
    expect(east / north).toBeCloseTo(0.878, 3);
    expect(north).toBeCloseTo(111_320, 0);
  });

  it("has ground around one device alone, in its middle", () => {
    const { width, height, place } = planeOf([{ lon: 108, lat: 28 }]);
    expect(place(108, 28)).toEqual({ x: width / 2, y: height / 2 });
  });

  it.each([
    [200, "50 m"],
    [9_000, "2 km"],
    [68_000, "10 km"],
    [3_000, "500 m"],
  ])("of %d m has a scale bar of %s", (width, words) => {
    expect(lengthWords(scaleBar(width))).toBe(words);
  });
});
