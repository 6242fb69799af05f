import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Hj212Station, hj212Port } from "../helpers/hj212-station.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { golden } from "../protocols/hj212/vectors.ts";

/** A platform with the door of HJ 212 open. */
let app: TestPlatform;
let port: number;
const open: Hj212Station[] = [];

beforeAll(async () => {
  app = await startTestPlatform({ HJ212_PORT: "0", HJ212_FROM: "127.0.0.0/8" });
  port = await hj212Port(() => app.logged.map((line) => `${line.trimEnd()}\n`).join(""));
});
afterAll(async () => {
  for (const { socket } of open) socket.destroy();
  await app.stop();
});

const connect = async () => {
  const station = await Hj212Station.connect(port);
  open.push(station);
  return station;
};

const register = (id: string, kind: string, mn: string) =>
  app.api("/v1/devices", {
    method: "POST",
    body: { id, kind, regionCode: "520326001001", identities: [{ scheme: "mn", value: mn }] },
  });

type Page<T> = { readonly items: T[] };
const readings = (id: string) =>
  app.api<
    Page<{ observedAt: string; metrics: Record<string, unknown>; extra: Record<string, unknown> | null }>
  >(`/v1/devices/${id}/readings?from=2015-01-01T00:00:00Z&order=asc`);
const rejections = (query: string) =>
  app.api<Page<{ id: string; reason: string; topic: string; partial: boolean }>>(`/v1/rejections?${query}`);
const ledger = (id: string) => app.api<Record<string, number>>(`/v1/devices/${id}/ledger`);

/** A time of today, as the station and the platform write it. */
const day = new Date(Date.now() - 24 * 3600 * 1000 + 8 * 3600 * 1000).toISOString().slice(0, 10);
const digits = (time: string) => `${day}${time}`.replaceAll(/\D/g, "");
const moment = (time: string) => new Date(`${day}T${time}+08:00`).toISOString();

describe("a station that speaks HJ 212", () => {
  it("is heard: its values, means and reports are where those of other devices are", async () => {
    await register("ww-1", "water-quality-station", "WW000000000001");
    const station = await connect();
    const send = (cn: string, qn: string, content: string) =>
      station.send(`QN=${digits(qn)}000;ST=32;CN=${cn};PW=123456;MN=ww000000000001;Flag=5;CP=&&${content}&&`);
    send(
      "2011",
      "08:00:00",
      `DataTime=${digits("08:00:00")};w01018-Rtd=23.5,w01018-Flag=N;w01001-Rtd=15,w01001-Flag=N`,
    );
    send(
      "2061",
      "09:00:01",
      `DataTime=${digits("08:00:00")};w01018-Min=20,w01018-Avg=23.1,w01018-Max=25,w01018-Flag=N`,
    );
    send("2011", "08:01:00", `DataTime=${digits("08:01:00")};w01018-Rtd=99,w01018-Flag=D`);
    send("2011", "08:01:00", `DataTime=${digits("08:01:00")};w01018-Rtd=99,w01018-Flag=D`);
    send("2011", "08:02:00", `DataTime=${digits("08:02:00")};w99999-Rtd=1`);
    send("2081", "08:03:00", `DataTime=${digits("08:03:00")};RestartTime=${digits("08:03:00")}`);
    await vi.waitFor(() => expect(station.heard.length).toBe(6));
    expect(
      station.heard.every((packet) => /ST=91;CN=9014;PW=123456;MN=ww000000000001;Flag=4/.test(packet)),
    ).toBe(true);
    expect((await readings("ww-1")).items).toMatchObject([
      {
        observedAt: moment("08:00:00"),
        metrics: { cod: 23.5, ph: null, cod_hour: 23.1, quality: "normal", quality_hour: "normal" },
        extra: { "2061.w01018-Min": "20", "2061.w01018-Max": "25" },
      },
      {
        observedAt: moment("08:01:00"),
        metrics: { cod: null, quality: "fault" },
        extra: { "2011.w01018-Rtd": "99", "2011.w01018-Flag": "D" },
      },
    ]);
    const events = await app.api<Page<{ type: string }>>("/v1/events?device=ww-1");
    expect(events.items).toMatchObject([{ type: "station_started" }]);
    // The value beyond the scale is on record, and the packet without a quantity that we know.
    expect(
      (await rejections("device=ww-1")).items.map(({ reason, partial }) => [reason, partial]).sort(),
    ).toEqual([
      ["no_quantity", false],
      ["off_scale", true],
    ]);
    expect(await ledger("ww-1")).toMatchObject({
      received: 6,
      stored: 4,
      duplicate: 1,
      rejected: 1,
      pending: 0,
    });
  });

  it("is there and gone with its connection, and obeys commands meanwhile", async () => {
    await register("ww-2", "water-quality-station", "WW000000000002");
    const station = await connect();
    const presence = async () =>
      (await app.api<{ presence: { connected: boolean } | null }>("/v1/devices/ww-2")).presence?.connected;
    const command = { name: "set-report-interval", parameters: { seconds: 30 } };
    const send = () =>
      app.api<{ commandId: string }>("/v1/devices/ww-2/commands", { method: "POST", body: command });
    await expect(send()).rejects.toThrow(/device_not_listening/);
    station.send(`QN=${digits("08:00:00")}000;ST=32;CN=9015;PW=123456;MN=WW000000000002;Flag=9;CP=&&&&`);
    await vi.waitFor(async () => expect(await presence()).toBe(true));
    station.heard.length = 0;
    const { commandId } = await send();
    await vi.waitFor(() => expect(station.heard.length).toBe(1));
    const [request] = station.heard;
    expect(request).toMatch(/ST=32;CN=1062;PW=123456;MN=WW000000000002;Flag=9;CP=&&RtdInterval=30&&/);
    const qn = /QN=(\d{17})/.exec(request!)![1];
    for (const [cn, words] of [
      ["9011", "QnRtn=1"],
      ["9012", "ExeRtn=1"],
    ])
      station.send(`QN=${qn};ST=91;CN=${cn};PW=123456;MN=WW000000000002;Flag=8;CP=&&${words}&&`);
    await vi.waitFor(async () => {
      const { items } =
        await app.api<Page<{ commandId: string; outcome: string }>>("/v1/devices/ww-2/replies");
      expect(items.map((reply) => [reply.commandId, reply.outcome]).sort()).toEqual([
        [commandId, "accepted"],
        [commandId, "done"],
      ]);
    });
    station.socket.destroy();
    await vi.waitFor(async () => expect(await presence()).toBe(false));
  });

  it("that nobody has registered is on record, and its packet is taken in once somebody has", async () => {
    const station = await connect();
    station.send(
      `QN=${digits("08:00:00")}000;ST=22;CN=2011;PW=123456;MN=AIR0000000000001;Flag=5;CP=&&DataTime=${digits("08:00:00")};a34004-Rtd=14,a34004-Flag=N&&`,
    );
    await vi.waitFor(async () => {
      const { items } =
        await app.api<Page<{ scheme: string; value: string; door: string }>>("/v1/unknown-devices");
      expect(items).toMatchObject([{ scheme: "mn", value: "AIR0000000000001", door: "hj212" }]);
    });
    expect(station.heard).toEqual([]);
    await register("air-1", "air-station", "AIR0000000000001");
    await vi.waitFor(async () =>
      expect((await readings("air-1")).items).toMatchObject([{ metrics: { pm2_5: 14 } }]),
    );
  });

  it("whose packet says nothing that we know has it on record with its bytes, and it can be replayed", async () => {
    await register("ww-3", "water-quality-station", "WW000000000003");
    const station = await connect();
    station.send(
      `QN=${digits("08:00:00")}000;ST=32;CN=2011;PW=123456;MN=WW000000000003;Flag=5;CP=&&w01018-Rtd=1&&`,
    );
    await vi.waitFor(() => expect(station.heard.length).toBe(1));
    const [rejection] = (await rejections("device=ww-3")).items;
    expect(rejection).toMatchObject({ reason: "bad_frame", topic: "WW000000000003/2011" });
    const { outcome } = await app.api<{ outcome: string }>(`/v1/rejections/${rejection!.id}/replay`, {
      method: "POST",
    });
    expect(outcome).toBe("rejected");
  });

  it("is counted in the metrics", async () => {
    const text = await app.api<string>("/metrics");
    expect(text).toMatch(/sbi_door_packets_total\{door="hj212",result="taken"\} [1-9]/);
    expect(text).toMatch(/sbi_door_packets_total\{door="hj212",result="stranger"\} 1\b/);
  });

  it("has all that the golden packets tell on record: each item is stored, refused or a repetition", async () => {
    const mns = new Set(
      [...golden.vectors.map(({ text }) => text), ...golden.split.flatMap(({ frames }) => frames)].map(
        (text) => /MN=([^;]+)/.exec(text)?.[1],
      ),
    );
    const ids: string[] = [];
    for (const mn of mns) {
      // One name is longer than an identity may be.
      if (mn === undefined || mn.length > 24) continue;
      ids.push(`golden-${ids.length}`);
      await register(ids.at(-1)!, "water-quality-station", mn);
    }
    const station = await connect();
    const wanted = golden.vectors.filter(({ expectReply }) => expectReply).length;
    station.socket.write(golden.vectors.map(({ text }) => text).join(""));
    station.socket.write(golden.split.flatMap(({ frames }) => frames).join(""));
    await vi.waitFor(() =>
      expect(station.heard.filter((packet) => /CN=901[34]/.test(packet)).length).toBeGreaterThanOrEqual(
        wanted + 5,
      ),
    );
    await vi.waitFor(async () => {
      const sums = await Promise.all(ids.map(ledger));
      for (const { received, stored, duplicate, rejected, pending } of sums)
        expect([received, pending]).toEqual([stored! + duplicate! + rejected!, 0]);
      expect(sums.reduce((sum, { received }) => sum + received!, 0)).toBeGreaterThan(25);
    });
  });
});
