import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { frameOf } from "../../../protocols/hj212/frame.ts";
import { report, Stage, station } from "./stage.ts";
import { golden } from "./vectors.ts";

const command = (name: string, parameters: object = {}) => ({
  payload: JSON.stringify({ commandId: `cmd-${name}`, name, parameters }),
});

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const counts = () => stage.counts;
const came = (count: number) => stage.came(count);

describe("the door of HJ 212", () => {
  it("answers a report once it is committed, and not before", async () => {
    await stage.open();
    const client = await stage.connect();
    client.send(report("A1", 1), report("A1", 2));
    await came(2);
    await turn();
    expect(client.heard).toEqual([]);
    expect(stage.messages[0]).toMatchObject({
      door: "hj212",
      device: station(1),
      channel: "telemetry",
      context: "A1/2011",
      value: { ph: 7, quality: "normal" },
    });
    expect(stage.messages[0]!.raw.toString()).toMatch(/^##\d{4}QN=.*&&[0-9A-F]{4}$/);
    stage.settle();
    await client.hears(/QN=20260801085801000;ST=91;CN=9014;PW=123456;MN=A1;Flag=4;CP=&&&&/);
    stage.settle();
    await client.hears(/QN=20260801085801000/, /QN=20260801085802000/);
    expect(counts()).toMatchObject({ taken: 2, answered: 2, refused: 0 });
  });

  it("says nothing where the flag asks for nothing, as of 2005", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    client.send(
      report("A1", 1, 7, 4),
      "ST=32;CN=2011;MN=A1;CP=&&DataTime=20260801085802;001-Rtd=7.1&&",
      report("A1", 3),
    );
    await client.hears(/QN=20260801085803000/);
    expect(stage.messages.map(({ value }) => (value as { ph: number }).ph)).toEqual([7, 7.1, 7]);
  });

  it.each(golden.split.map((split) => [split.id, split] as const))(
    "answers each packet of %s by itself",
    async (_id, { frames, expectReplies }) => {
      await stage.open();
      stage.devices.set("010000A8900016F000169DC0", station(1));
      stage.settlesAtOnce = true;
      const client = await stage.connect();
      client.socket.write(frames.join(""));
      await vi.waitFor(() => expect(client.heard.map((frame) => `${frame}\r\n`)).toEqual(expectReplies));
      expect(stage.messages.length).toBe(frames.length);
    },
  );

  it("goes on behind what is no packet, and counts it", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    const broken = frameOf(report("A1", 1));
    broken[60] = 0x2a;
    client.socket.write(Buffer.concat([Buffer.from("noise##"), broken, frameOf(report("A1", 2))]));
    await client.hears(/QN=20260801085802000/);
    expect(counts()).toMatchObject({ taken: 1 });
    expect(counts().broken).toBeGreaterThan(0);
  });

  it("puts a whole packet that it cannot understand on record with its bytes, and answers one of data", async () => {
    await stage.open();
    const client = await stage.connect();
    client.send(
      "QN=20260801085801000;ST=32;CN=2011;MN=A1;Flag=5;CP=&&w01001-Rtd=7&&",
      "QN=20260801085802000;ST=32;CN=2011;MN=A1;Flag=5",
      "QN=20260801085803000;ST=32;CN=1062;MN=A1;Flag=5;CP=&&RtdInterval=30&&",
    );
    await vi.waitFor(() => expect(stage.refused.length).toBe(3));
    await turn();
    expect(client.heard).toEqual([]);
    expect(stage.refused.map(([{ device, context }, { reason }]) => [device?.id, context, reason])).toEqual([
      ["st-1", "A1/2011", "bad_frame"],
      ["st-1", "A1/2011", "bad_frame"],
      ["st-1", "A1/1062", "bad_frame"],
    ]);
    expect(stage.refused[1]![0].raw.toString()).toContain("Flag=5");
    stage.settle(3);
    await client.hears(/QN=20260801085801000;ST=91;CN=9014/);
    expect(counts()).toMatchObject({ refused: 3, taken: 0 });
  });

  it("answers a heartbeat at once, and leaves answers of stations alone", async () => {
    await stage.open();
    const client = await stage.connect();
    client.send(
      "QN=20260801085801000;ST=91;CN=9014;MN=A1;Flag=8;CP=&&&&",
      "QN=20260801085802000;ST=32;CN=9015;MN=A1;Flag=9;CP=&&&&",
    );
    await client.hears(/QN=20260801085802000;ST=91;CN=9014;MN=A1;Flag=8;/);
    expect(stage.messages).toEqual([]);
    expect(counts()).toMatchObject({ notice: 1, ignored: 1 });
  });

  it("sets the clock of a station that asks for it, and keeps the answers to that for itself", async () => {
    await stage.open({ now: () => Date.parse("2026-08-01T08:58:57.223+08:00") });
    const client = await stage.connect();
    client.send("QN=20260801085801000;ST=32;CN=1013;PW=654321;MN=A1;Flag=5;CP=&&PolId=w01018&&");
    await client.hears(
      /QN=20260801085801000;ST=91;CN=9013;PW=654321;MN=A1;Flag=4;CP=&&&&/,
      /QN=20260801085857223;ST=32;CN=1012;PW=654321;MN=A1;Flag=5;CP=&&SystemTime=20260801085857&&/,
    );
    const answer = (cn: string, words: string) =>
      `QN=20260801085857223;ST=91;CN=${cn};PW=654321;MN=A1;Flag=4;CP=&&${words}&&`;
    client.send(answer("9011", "QnRtn=1"), answer("9012", "ExeRtn=1"), report("A1", 2));
    await came(1);
    expect(stage.messages[0]).toMatchObject({ channel: "telemetry" });
  });
});

describe("a station that nobody has registered", () => {
  it("is not answered, and is on record as unknown with its packet", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    client.send(report("b7", 1), report("A1", 4));
    await client.hears(/MN=A1/);
    expect(stage.messages.map(({ device }) => device)).toEqual([station(1)]);
    expect(stage.unknown).toMatchObject([
      { door: "hj212", identity: { scheme: "mn", value: "B7" }, context: "b7/2011", address: "127.0.0.1" },
    ]);
    expect(stage.unknown[0]!.raw.toString()).toContain("MN=b7;");
    expect(counts()).toMatchObject({ stranger: 1, taken: 1, answered: 1 });
  });

  it("has a packet that cannot be understood on record in the same way", async () => {
    await stage.open();
    const client = await stage.connect();
    client.send("QN=20260801085801000;ST=32;CN=2011;MN=B7;Flag=5");
    await vi.waitFor(() => expect(stage.unknown).toMatchObject([{ identity: { value: "B7" } }]));
  });

  it("fills no disk with packets that do not even say whose they are", async () => {
    await stage.open({ now: () => 0 });
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    for (let i = 0; i < 200; i++)
      client.send("ST=32;CN=2011;CP=&&&&", `ST=32;CN=2011;MN=${"A".repeat(30)};CP=&&&&`);
    client.send(report("A1", 4));
    await client.hears(/MN=A1/);
    expect(counts().stranger).toBe(400);
    expect(stage.refused.length).toBe(20);
    expect(new Set(stage.refused.map(([, { reason }]) => reason))).toEqual(new Set(["bad_frame"]));
    expect(stage.unknown).toEqual([]);
    // Those of another network have their own share, and all together no more than a hundred.
    for (let i = 2; i < 9; i++) {
      const other = await stage.connect(`127.0.0.${i}`);
      for (let n = 0; n < 25; n++) other.send("ST=32;CN=2011;CP=&&&&");
      other.send(report("A1", i));
      await other.hears(/MN=A1/);
      expect(stage.refused.length).toBe(Math.min(100, 20 * i));
    }
  });

  it("costs no more than the share of its network, and is sent away with its connection", async () => {
    await stage.open({ now: () => 0 });
    stage.settlesAtOnce = true;
    const gateway = await stage.connect();
    gateway.send(report("A1", 1));
    await gateway.hears(/MN=A1/);
    const flood = await stage.connect();
    for (let i = 0; i < 600; i++) flood.send(report(`X${i}`, 1));
    await flood.isEnded();
    expect(stage.unknown.length).toBe(500);
    expect(stage.lookedUp.length).toBe(500);
    const again = await stage.connect();
    again.send(report("X1", 1));
    await again.isEnded();
    // A gateway of that network goes on with its stations that are registered, and one elsewhere with all.
    gateway.send(report("X1", 2), report("A1", 2));
    await gateway.hears(/MN=A1/, /MN=A1/);
    expect(stage.lookedUp.length).toBe(500);
    const elsewhere = await stage.connect("127.0.0.2");
    elsewhere.send(report("X1", 1));
    await vi.waitFor(() => expect(stage.unknown.length).toBe(501));
    expect(stage.logged.filter(({ msg }) => msg.includes("too many packets of strangers")).length).toBe(1);
  });

  it("is let in once it is registered", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    client.send(report("B7", 1));
    await vi.waitFor(() => expect(stage.unknown.length).toBe(1));
    stage.devices.set("B7", station(7));
    client.send(report("B7", 1));
    await client.hears(/MN=B7/);
  });

  it("loses its connection after a while", async () => {
    await stage.open({ times: { strangerMs: 1000 } });
    stage.settlesAtOnce = true;
    const known = await stage.connect();
    known.send(report("A1", 1));
    await known.hears(/MN=A1/);
    const [unknown, silent] = [await stage.connect(), await stage.connect()];
    unknown.send(report("B7", 1));
    await Promise.all([unknown.isEnded(), silent.isEnded()]);
    known.send(report("A1", 2));
    await known.hears(/MN=A1/, /MN=A1/);
  });

  it("waits while the database is away, and nothing of it is lost", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    stage.away = true;
    const client = await stage.connect();
    client.send(report("B7", 1));
    await vi.waitFor(() => expect(stage.lookedUp.length).toBeGreaterThan(0));
    stage.devices.set("B7", station(7));
    stage.away = false;
    await client.hears(/MN=B7/);
  });
});

describe("a station that loses its MN", () => {
  const cut = (no: number, value: string) => stage.door.endIdentified!(station(no), { scheme: "mn", value });

  it("is not reached any more by the connection that it had", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    stage.devices.set("a1", station(1));
    client.send(report("a1", 1));
    await client.hears(/MN=a1/);
    cut(1, "B1");
    stage.door.endIdentified!(station(1), { scheme: "sim", value: "A1" });
    stage.door.endIdentified!({ id: "st-1", deviceNo: 99 }, { scheme: "mn", value: "A1" });
    expect(stage.door.isOnline("st-1")).toBe(true);
    cut(1, "A1");
    expect(stage.door.isOnline("st-1")).toBe(false);
    expect(stage.presence).toEqual(["st-1 came", "st-1 left"]);
    await expect(stage.door.deliver(station(1), command("set-clock"))).resolves.toBe("not_listening");
    await client.isEnded();
  });

  it("leaves the others of its gateway alone, and itself where it has another MN", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    stage.devices.set("A3", stage.devices.get("A1")!);
    const gateway = await stage.connect();
    gateway.send(report("A1", 1), report("A2", 1), report("A3", 1));
    await gateway.hears(/MN=A1/, /MN=A2/, /MN=A3/);
    stage.devices.delete("A1");
    cut(1, "A1");
    expect(stage.presence).toEqual(["st-1 came", "st-2 came"]);
    stage.devices.delete("A3");
    cut(1, "A3");
    expect(stage.presence).toEqual(["st-1 came", "st-2 came", "st-1 left"]);
    gateway.send(report("A1", 2), report("A2", 2));
    await gateway.hears(/MN=A1/, /MN=A2/, /MN=A3/, /MN=A2/);
    expect(stage.unknown.map(({ identity }) => identity.value)).toEqual(["A1"]);
  });

  it("has nothing taken in that has waited until then", async () => {
    await stage.open();
    const client = await stage.connect();
    for (let i = 0; i < 65; i++) client.send(report("A1", i % 60, 7 + i / 1000));
    await came(64);
    stage.devices.delete("A1");
    stage.settle(64);
    await vi.waitFor(() => expect(stage.unknown.length).toBe(1));
    expect(stage.messages.length).toBe(64);
  });
});

describe("a station at another process", () => {
  it("is not at this one any more, unless it has spoken here again since", async () => {
    let now = 1000;
    await stage.open({ now: () => now });
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    client.send(report("A1", 1));
    await client.hears(/MN=A1/);
    now = 3000;
    client.send(report("A1", 2));
    await client.hears(/MN=A1/, /MN=A1/);
    const takenOver = (connection: string, at: number) => stage.door.endTakenOver!("st-1", connection, at);
    takenOver("hj212", 2000);
    takenOver("another door's", 4000);
    expect(stage.door.isOnline("st-1")).toBe(true);
    // The other process has to hear that it is here.
    expect(stage.presence).toEqual(["st-1 came", "st-1 came"]);
    takenOver("hj212", 4000);
    expect(stage.presence).toEqual(["st-1 came", "st-1 came", "st-1 left"]);
    await client.isEnded();
  });

  it("leaves its gateway's other stations here", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const gateway = await stage.connect();
    gateway.send(report("A1", 1), report("A2", 1));
    await gateway.hears(/MN=A1/, /MN=A2/);
    stage.door.endTakenOver!("st-1", "hj212", Date.now() + 1000);
    expect(stage.presence).toEqual(["st-1 came", "st-2 came", "st-1 left"]);
    gateway.send(report("A2", 2));
    await gateway.hears(/MN=A1/, /MN=A2/, /MN=A2/);
  });
});

describe("the presence of stations", () => {
  it("begins with their first words and ends with their connection", async () => {
    await stage.open();
    const client = await stage.connect();
    client.send(report("A1", 1));
    await came(1);
    expect(stage.presence).toEqual(["st-1 came"]);
    expect(stage.listening).toEqual(["st-1"]);
    expect([stage.door.isOnline("st-1"), stage.door.isOnline("st-2")]).toEqual([true, false]);
    client.socket.destroy();
    await vi.waitFor(() => expect(stage.presence).toEqual(["st-1 came", "st-1 left"]));
    expect(stage.door.isOnline("st-1")).toBe(false);
  });

  it("moves to the connection on which they speak, and the one before ends", async () => {
    await stage.open();
    const [first, second] = [await stage.connect(), await stage.connect()];
    first.send(report("A1", 1));
    await came(1);
    second.send(report("A1", 2));
    await came(2);
    await first.isEnded();
    expect(stage.presence).toEqual(["st-1 came"]);
    expect(stage.door.isOnline("st-1")).toBe(true);
    second.socket.destroy();
    await vi.waitFor(() => expect(stage.presence).toEqual(["st-1 came", "st-1 left"]));
  });

  it("is that of each station of a gateway, which keeps its connection for the others", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const [gateway, other] = [await stage.connect(), await stage.connect()];
    gateway.send(report("A1", 1), report("A2", 1));
    await gateway.hears(/MN=A1/, /MN=A2/);
    other.send(report("A1", 2));
    await other.hears(/MN=A1/);
    gateway.send(report("A2", 2));
    await gateway.hears(/MN=A1/, /MN=A2/, /MN=A2/);
    gateway.socket.destroy();
    await vi.waitFor(() => expect(stage.presence).toEqual(["st-1 came", "st-2 came", "st-2 left"]));
  });

  it("goes over to the device that their MN is given to", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    client.send(report("A1", 1));
    await client.hears(/MN=A1/);
    stage.devices.set("A1", station(9));
    client.send(report("A1", 2));
    await client.hears(/MN=A1/, /MN=A1/);
    expect(stage.presence).toEqual(["st-1 came", "st-1 left", "st-9 came"]);
    expect(stage.messages.map(({ device }) => device?.id)).toEqual(["st-1", "st-9"]);
  });

  it("ends when the platform says so, or when nothing comes for long", async () => {
    await stage.open({ times: { idleMs: 1000 } });
    const client = await stage.connect();
    client.send(report("A1", 1));
    await came(1);
    await client.isEnded();
    const next = await stage.connect();
    next.send(report("A1", 2));
    await came(2);
    stage.door.disconnect("st-1");
    stage.door.disconnect("st-9");
    await next.isEnded();
    await vi.waitFor(() => expect(stage.door.isOnline("st-1")).toBe(false));
  });

  it("ends alone for the station that the platform means: others of its gateway stay", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const gateway = await stage.connect();
    gateway.send(report("A1", 1), report("A2", 1));
    await gateway.hears(/MN=A1/, /MN=A2/);
    stage.door.disconnect("st-1");
    expect(stage.presence).toEqual(["st-1 came", "st-2 came", "st-1 left"]);
    gateway.send(report("A2", 2));
    await gateway.hears(/MN=A1/, /MN=A2/, /MN=A2/);
  });
});

describe("a command", () => {
  const now = () => Date.parse("2026-08-01T08:58:57.223+08:00");
  const present = async () => {
    await stage.open({ now });
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    client.send(report("A1", 1));
    await client.hears(/9014/);
    client.heard.length = 0;
    return client;
  };

  it.each([
    ["set-clock", {}, /ST=32;CN=1012;PW=123456;MN=A1;Flag=5;CP=&&SystemTime=20260801085857&&/],
    ["set-report-interval", { seconds: 30 }, /CN=1062;.*CP=&&RtdInterval=30&&/],
    [
      "send-data",
      { interval: "hour", from: "2026-07-31T00:00:00Z", to: "2026-07-31T09:00:00+08:00" },
      /CN=2061;.*CP=&&BeginTime=20260731080000;EndTime=20260731090000&&/,
    ],
  ])("%s goes to the station in its own words", async (name, parameters, words) => {
    const client = await present();
    await expect(stage.door.deliver(station(1), command(name, parameters))).resolves.toBe("taken");
    await client.hears(words);
  });

  it.each([
    ["of another name", "open-valve", {}],
    ["with too short an interval", "set-report-interval", { seconds: 29 }],
    ["with half a second", "set-report-interval", { seconds: 30.5 }],
    [
      "for no interval",
      "send-data",
      { interval: "year", from: "2026-07-31T00:00:00Z", to: "2026-07-31T00:00:00Z" },
    ],
    ["for a time without a zone", "send-data", { interval: "day", from: "2026-07-31", to: "2026-08-01" }],
    [
      "from late to early",
      "send-data",
      { interval: "day", from: "2026-07-31T00:00:00Z", to: "2026-07-30T00:00:00Z" },
    ],
    [
      "that would write words of its own",
      "send-data",
      { interval: "day", from: "2026-07-31T00:00:00Z;X=1", to: "" },
    ],
  ])("%s is not taken", async (_name, name, parameters) => {
    const client = await present();
    await expect(stage.door.deliver(station(1), command(name, parameters))).resolves.toBe("not_listening");
    client.send(report("A1", 2));
    await client.hears(/9014/);
  });

  it("for another device of its id, a device that is away or one behind a gateway is not taken", async () => {
    await present();
    const { payload } = command("set-clock");
    const { door } = stage;
    await expect(door.deliver({ id: "st-1", deviceNo: 99 }, { payload })).resolves.toBe("not_listening");
    await expect(door.deliver(station(2), { payload })).resolves.toBe("not_listening");
    await expect(door.deliver(station(2), { payload, through: "st-1" })).resolves.toBe("not_listening");
  });

  it("is answered by replies with its id, also on a connection that came later", async () => {
    const client = await present();
    await stage.door.deliver(station(1), command("set-clock"));
    await stage.door.deliver(station(1), command("set-report-interval", { seconds: 60 }));
    await client.hears(/QN=20260801085857223;/, /QN=20260801085857224;/);
    const answer = (qn: string, cn: string, words: string) =>
      `QN=${qn};ST=91;CN=${cn};PW=123456;MN=A1;Flag=4;CP=&&${words}&&`;
    client.send(
      answer("20260801085857224", "9011", "QnRtn=3"),
      answer("20260801085857223", "9011", "QnRtn=1"),
    );
    await came(3);
    const later = await stage.connect();
    later.send(
      answer("20260801085857223", "9012", "ExeRtn=1"),
      answer("20260801085857223", "9012", "ExeRtn=1"),
      answer("20260101000000000", "9012", "ExeRtn=5"),
    );
    await came(6);
    expect(stage.messages.slice(1).map(({ channel, value }) => [channel, value])).toEqual([
      [
        "replies",
        { commandId: "cmd-set-report-interval", outcome: "refused", code: "3", reason: "password" },
      ],
      ["replies", { commandId: "cmd-set-clock", outcome: "accepted", code: "1" }],
      ["replies", { commandId: "cmd-set-clock", outcome: "done", code: "1" }],
      // Nobody waits for it any more.
      ["replies", { commandId: "qn-20260801085857223", outcome: "done", code: "1" }],
      ["replies", { commandId: "qn-20260101000000000", outcome: "failed", code: "5", reason: "busy" }],
    ]);
  });

  it("does not change the sort of station by the answers that it gets", async () => {
    const client = await present();
    client.send("QN=20260801085857000;ST=91;CN=9012;PW=123456;MN=A1;Flag=4;CP=&&ExeRtn=1&&");
    await came(2);
    await stage.door.deliver(station(1), command("set-clock"));
    await client.hears(/ST=32;CN=1012/);
  });
});

describe("what one connection costs others", () => {
  it("is bounded: it is read no further while 64 of its packets are not settled", async () => {
    await stage.open();
    const client = await stage.connect();
    for (let i = 0; i < 200; i++) client.send(report("A1", i % 60, 7 + i / 1000));
    await came(64);
    await turn();
    expect(stage.messages.length).toBe(64);
    const other = await stage.connect();
    other.send(report("A2", 1));
    await came(65);
    while (stage.messages.length < 201) {
      stage.settle(20);
      await turn();
    }
    stage.settle(1000);
    await vi.waitFor(() => expect(client.heard.length).toBe(200));
  });

  it("is bounded by the rate of its device", async () => {
    let now = 0;
    await stage.open({ rateLimit: 1, now: () => now });
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    for (let i = 0; i < 11; i++) client.send(report("A1", i));
    await came(10);
    await turn();
    expect(stage.messages.length).toBe(10);
    now = 2_000;
    await came(11);
  });

  it("is given back where it ends while it waits for its turn: strangers lock no station out", async () => {
    let now = 0;
    await stage.open({ rateLimit: 1, now: () => now });
    stage.settlesAtOnce = true;
    const first = await stage.connect();
    for (let i = 0; i < 10; i++) first.send(report("A1", i));
    await came(10);
    let before = first;
    for (let i = 0; i < 20; i++) {
      const next = await stage.connect();
      next.send(report("A1", 30 + i));
      await before.isEnded();
      before = next;
    }
    before.socket.destroy();
    await vi.waitFor(() => expect(stage.door.isOnline("st-1")).toBe(false));
    now = 1000;
    const station1 = await stage.connect();
    station1.send(report("A1", 59));
    await station1.hears(/QN=20260801085859000/);
    expect(stage.messages.length).toBe(11);
  });

  it("takes no turn of a station whose packets it only names, and that speaks elsewhere", async () => {
    await stage.open({ rateLimit: 1, now: () => 0 });
    stage.settlesAtOnce = true;
    const stranger = await stage.connect();
    for (let i = 0; i < 100; i++) stranger.send("ST=32;CN=2011;MN=A1;Flag=5");
    await vi.waitFor(() => expect(stage.refused.length).toBe(100));
    const client = await stage.connect();
    for (let i = 0; i < 10; i++) client.send(report("A1", i));
    await came(10);
  });

  it("is no stranger's while its station waits for its turn", async () => {
    await stage.open({ rateLimit: 1, now: () => 0, times: { strangerMs: 500 } });
    stage.settlesAtOnce = true;
    const client = await stage.connect();
    for (let i = 0; i < 10; i++) client.send(report("A1", i));
    await came(10);
    const waiting = await stage.connect();
    waiting.send(report("A1", 30));
    await client.isEnded();
    const stranger = await stage.connect();
    await stranger.isEnded();
    expect(waiting.socket.destroyed || waiting.socket.readableEnded).toBe(false);
  });

  it("ends it where it brings nothing but heads of packets that never come, and says so now and then", async () => {
    await stage.open();
    for (let i = 0; i < 3; i++) {
      const client = await stage.connect();
      client.socket.write("##9998".repeat(200_000));
      await client.isEnded();
    }
    expect(stage.logged.filter(({ msg }) => msg.includes("brings no packets")).length).toBe(1);
  });

  it("is none beyond the number of connections: a stranger makes room, a station does not", async () => {
    await stage.open({ connections: 2 });
    stage.settlesAtOnce = true;
    const known = await stage.connect();
    known.send(report("A1", 1));
    await known.hears(/A1/);
    const stranger = await stage.connect();
    const next = await stage.connect();
    await stranger.isEnded();
    next.send(report("A2", 1));
    await next.hears(/A2/);
    const late = await stage.connect();
    await late.isEnded();
    expect(counts().connection).toBe(2);
    known.send(report("A1", 2));
    await known.hears(/A1/, /A1/);
  });

  it("is none from outside the networks that may connect", async () => {
    await stage.open({ from: ["10.0.0.0/8", "2001:db8::/32"] });
    await (await stage.connect()).isEnded();
    expect(counts().connection).toBe(1);
    await stage.close();
    await stage.open({ from: ["127.0.0.0/8"] });
    const client = await stage.connect();
    client.send(report("A1", 1));
    await came(1);
  });
});

describe("the beginning of the door", () => {
  const warned = () => stage.logged.filter(({ level }) => level === "warn").map(({ msg }) => msg);

  it("warns where anybody may come in", async () => {
    await stage.open({ host: "0.0.0.0" });
    expect(warned()).toEqual([expect.stringContaining("HJ212_FROM")]);
  });

  it.each([
    ["the networks are named", { host: "0.0.0.0", from: ["127.0.0.0/8"] }],
    ["nobody comes from another machine", {}],
  ])("does not where %s", async (_where, options) => {
    await stage.open(options);
    expect(warned()).toEqual([]);
  });
});

describe("the end of the door", () => {
  it("takes nothing new, answers what was taken, and lets everybody go", async () => {
    await stage.open();
    const client = await stage.connect();
    client.send(report("A1", 1));
    await came(1);
    await stage.door.quiesce();
    client.send(report("A1", 2));
    await turn();
    stage.settle();
    await client.hears(/QN=20260801085801000/);
    expect(stage.messages.length).toBe(1);
    await expect(stage.door.deliver(station(1), command("set-clock"))).resolves.toBe("not_listening");
    await stage.door.close();
    await client.isEnded();
  });
});
