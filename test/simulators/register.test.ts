import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DeviceCredential, readCredentials, writeCredentials } from "../../simulators/credentials.ts";
import { createPlatform } from "../../simulators/platform.ts";
import { planDevices, registerDevices } from "../../simulators/register.ts";
import { problem, startPlatformDouble } from "./platform-double.ts";

const plan = (count: number, options: { kind?: string; taken?: string[] } = {}) =>
  planDevices({
    count,
    regionCode: "520326",
    prefix: "sim",
    kind: options.kind,
    taken: new Set(options.taken),
  });

const countByKind = (devices: ReturnType<typeof plan>) => {
  const counts: Record<string, number> = {};
  for (const { kind } of devices) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

describe("the plan of devices to register", () => {
  it.each([1, 3, 4, 10, 100, 1234])("makes exactly %i devices with different ids", (count) => {
    const ids = plan(count).map(({ id }) => id);
    expect(new Set(ids).size).toBe(count);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
  });

  it("makes a mixture with gateways before the meters behind them", () => {
    const devices = plan(1000);
    expect(countByKind(devices)).toEqual({ "lora-gateway": 2, speaker: 30, camera: 20, "gas-meter": 948 });
    const gateways = devices.slice(0, 2).map(({ id }) => id);
    for (const device of devices) {
      if (device.kind === "gas-meter") expect(gateways).toContain(device.gatewayId);
      else expect(device.gatewayId).toBeUndefined();
    }
  });

  it("makes one kind only when asked, and goes on behind ids that are taken", () => {
    const devices = plan(3, {
      kind: "camera",
      taken: ["sim-520326-camera-00001", "sim-520326-camera-00003"],
    });
    expect(devices.map(({ id }) => id)).toEqual([
      "sim-520326-camera-00002",
      "sim-520326-camera-00004",
      "sim-520326-camera-00005",
    ]);
  });
});

describe("registering devices", () => {
  it("asks with the key, a few at a time, gateways first, and hands over each password", async () => {
    const platform = await startPlatformDouble(({ body }) => {
      const { id } = body as { id: string };
      return {
        status: 201,
        body: { device: body, credentials: { username: id, password: `secret of ${id}` } },
      };
    });
    const devices = plan(60);
    const got: DeviceCredential[] = [];
    await registerDevices(createPlatform(platform.url, "the-key"), devices, (credential) =>
      got.push(credential),
    );
    await platform.close();
    expect(platform.mostOpen()).toBeLessThanOrEqual(8);
    expect(
      new Set(platform.asked.map(({ method, path, authorization }) => `${method} ${path} ${authorization}`)),
    ).toEqual(new Set(["POST /v1/devices Bearer the-key"]));
    expect(platform.asked.map(({ body }) => body)).toEqual(expect.arrayContaining(devices));
    const firstMeter = platform.asked.findIndex(
      ({ body }) => (body as DeviceCredential).gatewayId !== undefined,
    );
    const gateway = platform.asked.findIndex(
      ({ body }) => (body as DeviceCredential).kind === "lora-gateway",
    );
    expect(gateway).toBeLessThan(firstMeter);
    expect(got).toHaveLength(60);
    for (const { id, password } of got) expect(password).toBe(`secret of ${id}`);
  });

  it("says what to do when an id exists, and still hands over what succeeded", async () => {
    const platform = await startPlatformDouble(({ body }) => {
      const { id } = body as { id: string };
      if (id.endsWith("2")) return problem(409, "device_exists", "A device with this id exists");
      return { status: 201, body: { credentials: { username: id, password: "p" } } };
    });
    const got: DeviceCredential[] = [];
    const registering = registerDevices(createPlatform(platform.url, "k"), plan(3), (credential) =>
      got.push(credential),
    );
    await expect(registering).rejects.toThrow(
      "The device sim-520326-gas-meter-00002 is registered already, and its password was shown only then. Run " +
        "with the --credentials file that was written at that time, or register under other ids with --prefix.",
    );
    await platform.close();
    expect(got.map(({ id }) => id)).toContain("sim-520326-gas-meter-00001");
  });

  it("passes on what else the platform says", async () => {
    const platform = await startPlatformDouble(() =>
      problem(404, "region_not_found", "There is no region 520326"),
    );
    const registering = registerDevices(createPlatform(platform.url, "k"), plan(1), () => undefined);
    await expect(registering).rejects.toThrow(
      `POST ${platform.url}/v1/devices answered 404: There is no region 520326`,
    );
    await platform.close();
  });

  it("waits as long as it is told when it has asked too much, and then goes on", async () => {
    let refusals = 3;
    const platform = await startPlatformDouble(() =>
      refusals-- > 0
        ? { ...problem(429, "rate_limited", "More than 6000 requests"), headers: { "retry-after": "0" } }
        : { status: 200, body: { received: 1 } },
    );
    expect(await createPlatform(platform.url, "k").ledger("a")).toEqual({ received: 1 });
    expect(platform.asked).toHaveLength(4);
    await platform.close();
  });

  it("gives up when it is never let through", async () => {
    const platform = await startPlatformDouble(() => ({
      ...problem(429, "rate_limited", "More than 6000 requests"),
      headers: { "retry-after": "0" },
    }));
    const asking = createPlatform(platform.url, "k").ledger("a");
    await expect(asking).rejects.toThrow("answered 429: More than 6000 requests");
    await platform.close();
  });

  it("says when nobody answers there", async () => {
    const platform = await startPlatformDouble(() => ({ status: 200, body: {} }));
    await platform.close();
    const asking = createPlatform(platform.url, "k").ledger("a");
    await expect(asking).rejects.toThrow(/ECONNREFUSED.*Is the platform running there\?/);
  });
});

describe("the credentials file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "credentials-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const device = { id: "a", kind: "camera", regionCode: "520326", username: "a", password: "geheim" };

  it("comes back as it was written, readable by its owner only", async () => {
    const path = join(folder, "deep", "credentials.json");
    const file = { mqttUrl: "mqtt://10.0.0.1", devices: [device, { ...device, id: "b", gatewayId: "g" }] };
    await writeCredentials(path, file);
    expect(await readCredentials(path)).toEqual(file);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is nothing when it is not there", async () => {
    expect(await readCredentials(join(folder, "none.json"))).toBeUndefined();
  });

  it.each([
    ["not JSON", '{"devices": [geheim', /is not JSON$/],
    ["another file", '{"name": "x"}', /is not as expected/],
    [
      "a device without password",
      JSON.stringify({ devices: [{ ...device, password: undefined }] }),
      /devices\.0\.password/,
    ],
    ["a device twice", JSON.stringify({ devices: [device, device] }), /names the device a twice/],
    ["an address that is no broker's", JSON.stringify({ mqttUrl: "ftp://x", devices: [] }), /mqttUrl/],
  ])("is refused with its name and the fault, but no password, when it is %s", async (_what, text, fault) => {
    const path = join(folder, "credentials.json");
    await writeFile(path, text);
    const error = await readCredentials(path).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toMatch(fault);
    expect(error?.message).toContain(path);
    expect(error?.message).not.toContain("geheim");
  });

  it("is left as it was when writing fails", async () => {
    const path = join(folder, "credentials.json");
    await writeCredentials(path, { devices: [device] });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(writeCredentials(path, circular as never)).rejects.toThrow();
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ devices: [device] });
    expect(await readCredentials(path)).toEqual({ devices: [device] });
  });
});
