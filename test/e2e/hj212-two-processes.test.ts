import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { Hj212Station, hj212Port } from "../helpers/hj212-station.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";

const NAMES = ["a", "b"] as const;
type Name = (typeof NAMES)[number];
/** As long as a process may take to hear of another one's change, on a slow machine. */
const SOON = { timeout: 30_000, interval: 100 };

describe.runIf(process.env.DATABASE_URL)("stations at two processes of one platform", () => {
  let db: TestDatabase;
  const folders = new Map<Name, string>();
  const running = new Map<Name, PlatformProcess>();
  const ports = new Map<Name, number>();
  const open: Hj212Station[] = [];
  const processOf = (name: Name) => running.get(name)!;

  beforeAll(async () => {
    db = await emptyTestDatabase();
    for (const name of NAMES) {
      folders.set(name, await makeDataDir());
      const platform = await PlatformProcess.start({
        dataDir: folders.get(name)!,
        databaseUrl: db.url,
        env: {
          INSTANCE_ID: name,
          BROADCAST_KEYS_DIR: folders.get("a")!,
          HJ212_PORT: "0",
          HJ212_FROM: "127.0.0.0/8",
        },
      });
      running.set(name, platform);
      ports.set(name, await hj212Port(() => platform.log));
    }
    await db.pool.query(
      `insert into regions (code, parent_code, name, level)
       values ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)`,
    );
  }, 180_000);
  afterAll(async () => {
    for (const { socket } of open) socket.destroy();
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    await db.drop();
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const register = (id: string) =>
    processOf("a").api("/v1/devices", {
      method: "POST",
      body: {
        id,
        kind: "water-quality-station",
        regionCode: "520326",
        identities: [{ scheme: "mn", value: id }],
      },
    });
  /** One that has said who it is, and was answered. */
  async function connect(name: Name, ...mns: string[]) {
    const station = await Hj212Station.connect(ports.get(name)!);
    open.push(station);
    await speak(station, ...mns);
    return station;
  }
  const speak = async (station: Hj212Station, ...mns: string[]) => {
    const before = station.heard.length;
    station.send(...mns.map((mn) => `QN=20260801085801000;ST=32;CN=9015;MN=${mn};Flag=9;CP=&&&&`));
    await vi.waitFor(() => expect(station.heard.length).toBe(before + mns.length), SOON);
  };
  const isEnded = ({ socket }: Hj212Station) =>
    vi.waitFor(() => expect(socket.destroyed || socket.readableEnded).toBe(true), SOON);
  const presence = async (id: string) =>
    (await processOf("a").api<{ presence: { connected: boolean } | null }>(`/v1/devices/${id}`)).presence
      ?.connected;
  const instanceOf = async (id: string) =>
    (
      await db.pool.query(
        "select connected, instance from device_presence join devices using (device_no) where id = $1",
        [id],
      )
    ).rows[0];

  it("are where they spoke last, and there when a second process has heard of them and lost them", async () => {
    await register("TWO-1");
    await register("TWO-2");
    const gateway = await connect("a", "TWO-1", "TWO-2");
    await vi.waitFor(async () => expect(await presence("TWO-1")).toBe(true), SOON);
    const second = await connect("b", "TWO-1");
    await vi.waitFor(
      async () => expect(await instanceOf("TWO-1")).toEqual({ connected: true, instance: "b" }),
      SOON,
    );
    // Its gateway at the first one speaks for it again: it is there, and the second connection ends.
    await vi.waitFor(async () => {
      await speak(gateway, "TWO-1");
      expect(await instanceOf("TWO-1")).toEqual({ connected: true, instance: "a" });
    }, SOON);
    await isEnded(second);
    expect(await instanceOf("TWO-1")).toEqual({ connected: true, instance: "a" });
    expect(await presence("TWO-2")).toBe(true);
    await speak(gateway, "TWO-2");
  });

  it("are cut at every process once they lose their MN, and once their device is gone", async () => {
    for (const id of ["CUT-1", "CUT-2", "CUT-3"]) await register(id);
    const [one, two] = [await connect("b", "CUT-1"), await connect("b", "CUT-2", "CUT-3")];
    await processOf("a").api("/v1/devices/CUT-1", { method: "PATCH", body: { identities: [] } });
    await isEnded(one);
    await vi.waitFor(async () => expect(await presence("CUT-1")).toBe(false), SOON);
    await processOf("a").api("/v1/devices/CUT-2", { method: "DELETE" });
    await vi.waitFor(async () => {
      two.send("QN=20260801085801000;ST=32;CN=9015;MN=CUT-2;Flag=9;CP=&&&&");
      const { items } = await processOf("a").api<{ items: { value: string }[] }>(
        "/v1/unknown-devices?scheme=mn",
      );
      expect(items.map(({ value }) => value)).toContain("CUT-2");
    }, SOON);
    // The other station of its gateway is as it was.
    expect(await presence("CUT-3")).toBe(true);
    two.heard.length = 0;
    await speak(two, "CUT-3");
  });
});
