import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

/** What a gateway carries, with ordinary clients: events and replies of the devices behind it, and commands to them. */
let app: TestPlatform;
beforeAll(async () => {
  app = await startTestPlatform();
}, 60_000);
afterAll(() => app.stop());

// biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
const get = (path: string) => app.api<any>(`/v1/${path}`);
const iso = () => new Date().toISOString();
const ledgerOf = async (id: string) => {
  const { received, stored, duplicate, rejected } = await get(`devices/${id}/ledger`);
  return { received, stored, duplicate, rejected };
};
const rejectionsOf = async (id: string) =>
  (await get(`rejections?device=${id}`)).items.map(({ reason, topic }: { reason: string; topic: string }) => [
    reason,
    topic,
  ]);

/** A gateway with meters behind it. */
async function addGateway(id: string, children: readonly string[]) {
  const { token } = await app.register(id, "lora-gateway");
  const tokens: Record<string, string> = {};
  for (const child of children) tokens[child] = (await app.register(child, "gas-meter", id)).token;
  return { token, tokens };
}

async function connect(id: string, token: string) {
  const client = await connectDevice(app.platform.mqttPort, id, token);
  const heard: { topic: string; qos: number; command: Record<string, unknown> }[] = [];
  client.on("message", (topic, payload, { qos }) =>
    heard.push({ topic, qos, command: JSON.parse(payload.toString()) }),
  );
  const listen = (filter: string) => client.subscribeAsync(filter, { qos: 1 });
  const say = (topic: string, body: unknown) => client.publishAsync(topic, JSON.stringify(body), { qos: 1 });
  return { client, heard, listen, say };
}

async function send(id: string, name = "close-valve") {
  const body = { name, parameters: { reason: "leak" } };
  const sent = app.api<{ commandId: string }>(`/v1/devices/${id}/commands`, { method: "POST", body });
  return sent.then(
    ({ commandId }) => ({ status: 202, commandId }),
    ({ message }: Error) => ({
      status: message.includes('"device_not_listening"') ? 409 : message,
      commandId: "",
    }),
  );
}

describe("a leak of a meter that has no line but its gateway", () => {
  it("raises an alarm and proposes a broadcast; its valve is closed through the gateway, and says so", async () => {
    const { token } = await addGateway("gw-leak", ["leaking", "calm"]);
    const { listen, say, heard } = await connect("gw-leak", token);
    await listen("v1/gateways/gw-leak/commands");
    const at = iso();
    await say("v1/gateways/gw-leak/events", {
      leaking: { eventId: "e-1", type: "leak", observedAt: at, flow: 0.4 },
      calm: [{ eventId: "e-1", type: "low_battery", observedAt: at }],
    });
    expect((await get("events?device=leaking")).items).toMatchObject([
      { deviceId: "leaking", eventId: "e-1", type: "leak", observedAt: at, data: { flow: 0.4 } },
    ]);
    expect((await get("events?device=calm")).items).toMatchObject([{ type: "low_battery" }]);
    expect((await get("alarms?device=leaking")).items).toMatchObject([
      { rule: "leak", state: "active", regionCode: "520326001001" },
    ]);
    expect(await ledgerOf("gw-leak")).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
    expect(await ledgerOf("leaking")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    await vi.waitFor(
      async () =>
        expect((await get("broadcasts")).items).toMatchObject([{ state: "draft", createdBy: "platform" }]),
      15_000,
    );

    const { status, commandId } = await send("leaking");
    expect(status).toBe(202);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toEqual({
      topic: "v1/gateways/gw-leak/commands",
      qos: 1,
      command: { device: "leaking", commandId, name: "close-valve", parameters: { reason: "leak" } },
    });
    const reply = { commandId, outcome: "done", observedAt: iso() };
    await say("v1/gateways/gw-leak/replies", { leaking: [{ ...reply, turns: 4 }] });
    expect((await get(`devices/leaking/replies?command=${commandId}`)).items).toMatchObject([
      { ...reply, data: { turns: 4 } },
    ]);
    expect((await get("devices/calm/replies")).items).toEqual([]);
    await vi.waitFor(async () => expect((await get("devices/leaking")).lastSeenAt).not.toBeNull(), 10_000);
  });

  it("counts once however often it is sent, with DUP and with QoS 2", async () => {
    const { token } = await addGateway("gw-again", ["again"]);
    const raw = new RawMqtt(app.platform.mqttPort);
    await raw.login("gw-again", token);
    const topic = "v1/gateways/gw-again/events";
    const leak = JSON.stringify({ again: { eventId: "e", type: "leak", observedAt: iso() } });
    const publish = (qos: 1 | 2, messageId: number, dup: boolean, payload = leak) =>
      raw.send({ cmd: "publish", topic, payload, qos, messageId, dup, retain: false });
    publish(1, 1, false);
    await raw.next("puback", 1);
    // On the quick way that the first has opened.
    publish(1, 2, true);
    await raw.next("puback", 2);
    expect(await ledgerOf("again")).toEqual({ received: 2, stored: 1, duplicate: 1, rejected: 0 });
    const timeless = JSON.stringify({ again: { eventId: "e", type: "tamper" } });
    publish(2, 3, false, timeless);
    publish(2, 3, true, timeless);
    await vi.waitFor(() => expect(raw.count("pubrec")).toBe(2));
    raw.send({ cmd: "pubrel", messageId: 3 });
    await raw.next("pubcomp", 3);
    expect(await ledgerOf("again")).toEqual({ received: 3, stored: 2, duplicate: 1, rejected: 0 });
  });

  it("is on record, and not kept, in a message beyond 256 KiB", async () => {
    const { token } = await addGateway("gw-large", ["large"]);
    const { say } = await connect("gw-large", token);
    const leak = (text: string) => ({ large: { eventId: "e", type: "leak", observedAt: iso(), text } });
    const room = 256 * 1024 - JSON.stringify(leak("")).length;
    await say("v1/gateways/gw-large/events", leak("x".repeat(room + 1)));
    expect((await get("events?device=large")).items).toEqual([]);
    expect(await rejectionsOf("gw-large")).toEqual([["payload_too_large", "v1/gateways/gw-large/events"]]);
    await say("v1/gateways/gw-large/events", leak("x".repeat(room)));
    expect((await get("events?device=large")).items).toHaveLength(1);
  });
});

describe("what is none of a gateway's", () => {
  it.each(["events", "replies"])(
    "is not taken among its %s: others' devices, itself, nobody",
    async (channel) => {
      const gw = `gw-greedy-${channel}`;
      const [own, others, foreign] = ["own", "others", "foreign"].map((name) => `${channel}-${name}`);
      const { token } = await addGateway(gw, [own!]);
      await addGateway(`gw-victim-${channel}`, [others!]);
      await app.api("/v1/tenants", {
        method: "POST",
        body: { id: channel, name: channel, use: "commercial" },
      });
      await app.register(foreign!);
      await app.api(`/v1/devices/${foreign}`, { method: "PATCH", body: { tenantId: channel } });
      const { say } = await connect(gw, token);
      const at = iso();
      const item = { eventId: "e", type: "leak", commandId: "c", outcome: "done", observedAt: at };
      const message = { [others!]: item, [gw]: item, nobody: item, [foreign!]: [item], [own!]: item };
      await say(`v1/gateways/${gw}/${channel}`, message);
      for (const id of [others, foreign]) {
        expect((await get(`devices/${id}/replies`)).items).toEqual([]);
        expect((await get(`events?device=${id}`)).items).toEqual([]);
        expect((await get(`alarms?device=${id}`)).items).toEqual([]);
        expect(await ledgerOf(id!)).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
        expect((await get(`devices/${id}`)).lastSeenAt).toBeNull();
      }
      expect(await ledgerOf(own!)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
      expect(await ledgerOf(gw)).toEqual({ received: 4, stored: 0, duplicate: 0, rejected: 4 });
      const topic = `v1/gateways/${gw}/${channel}`;
      expect((await rejectionsOf(gw)).toSorted()).toEqual([
        ["not_assigned", topic],
        ["unknown_device", topic],
      ]);
    },
  );

  it("is not taken from a device on the topics of its gateway, nor on those of a gateway of its own name", async () => {
    const { token, tokens } = await addGateway("gw-mimicked", ["mimic", "mimicked"]);
    const { say, listen } = await connect("mimic", tokens.mimic!);
    const leak = { mimicked: { eventId: "e", type: "leak", observedAt: iso() } };
    for (const channel of ["events", "replies", "commands"]) {
      for (const id of ["gw-mimicked", "mimic"]) await say(`v1/gateways/${id}/${channel}`, leak);
    }
    expect((await get("events?device=mimicked")).items).toEqual([]);
    expect(await ledgerOf("mimic")).toEqual({ received: 6, stored: 0, duplicate: 0, rejected: 6 });
    expect(await ledgerOf("gw-mimicked")).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
    const reasons = (await rejectionsOf("mimic")).map(([reason]: [string]) => reason);
    expect(reasons).toEqual(Array(6).fill("foreign_topic"));
    for (const filter of ["gw-mimicked/commands", "gw-mimicked/#", "mimic/commands", "+/commands"]) {
      await expect(listen(`v1/gateways/${filter}`)).rejects.toThrow();
    }
    // Neither is what the platform says there a gateway's to say, nor one's of another gateway.
    const gateway = await connect("gw-mimicked", token);
    await gateway.say("v1/gateways/gw-mimicked/commands", leak);
    await gateway.say("v1/gateways/gw-leak/events", leak);
    expect(await ledgerOf("gw-mimicked")).toEqual({ received: 2, stored: 0, duplicate: 0, rejected: 2 });
  });

  it("is not a rejection any more once the device stands behind it, when that is tried again", async () => {
    const { token } = await addGateway("gw-replayed", []);
    await app.register("replayed");
    const { say } = await connect("gw-replayed", token);
    await say("v1/gateways/gw-replayed/events", {
      replayed: { eventId: "e", type: "leak", observedAt: iso() },
    });
    const [{ id }] = (await get("rejections?device=gw-replayed")).items;
    const replay = () => app.api<{ outcome: string }>(`/v1/rejections/${id}/replay`, { method: "POST" });
    expect(await replay()).toMatchObject({ outcome: "rejected" });
    await app.api("/v1/devices/replayed", { method: "PATCH", body: { gatewayId: "gw-replayed" } });
    expect(await replay()).toMatchObject({ outcome: "stored" });
    expect((await get("events?device=replayed")).items).toMatchObject([{ eventId: "e" }]);
    expect(await ledgerOf("replayed")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

describe("a command to a meter behind a gateway", () => {
  it("is refused while the gateway is away or does not listen there, and goes to a line of the meter's own", async () => {
    const { token, tokens } = await addGateway("gw-way", ["way"]);
    const refused = { status: 409, commandId: "" };
    expect(await send("way")).toEqual(refused);
    const gateway = await connect("gw-way", token);
    await gateway.listen("v1/devices/gw-way/commands");
    expect(await send("way")).toEqual(refused);
    await gateway.listen("v1/gateways/gw-way/#");
    expect((await send("way", "first")).status).toBe(202);
    await vi.waitFor(() => expect(gateway.heard).toHaveLength(1));

    const own = await connect("way", tokens.way!);
    expect(await send("way")).toEqual(refused);
    await own.listen("v1/devices/way/commands");
    const second = await send("way", "second");
    await vi.waitFor(() => expect(own.heard).toHaveLength(1));
    expect(own.heard).toEqual([
      {
        topic: "v1/devices/way/commands",
        qos: 1,
        command: { commandId: second.commandId, name: "second", parameters: { reason: "leak" } },
      },
    ]);
    await own.client.endAsync();
    await vi.waitFor(async () => expect((await send("way", "third")).status).toBe(202));
    await vi.waitFor(() =>
      expect(gateway.heard.map(({ topic, command }) => [topic, command.name])).toEqual([
        ["v1/gateways/gw-way/commands", "first"],
        ["v1/gateways/gw-way/commands", "third"],
      ]),
    );
  });

  it("goes with the meter to another gateway at once, and to none that it has left", async () => {
    const [former, later] = [
      await addGateway("gw-former", ["mover", "stayer"]),
      await addGateway("gw-later", []),
    ];
    const [one, two] = [await connect("gw-former", former.token), await connect("gw-later", later.token)];
    await one.listen("v1/gateways/gw-former/commands");
    await two.listen("v1/gateways/gw-later/commands");
    const assign = (gatewayId: string | null) =>
      app.api("/v1/devices/mover", { method: "PATCH", body: { gatewayId } });
    await send("mover", "before");
    await assign("gw-later");
    await send("mover", "after");
    await assign(null);
    expect((await send("mover", "never")).status).toBe(409);
    for (const id of ["stayer", "mover"]) await assign("gw-later").then(() => send(id, `last-${id}`));
    const names = () => [one, two].map(({ heard }) => heard.map(({ command }) => command.name));
    await vi.waitFor(() =>
      expect(names()).toEqual([
        ["before", "last-stayer"],
        ["after", "last-mover"],
      ]),
    );
    // What the former says of it now is none of its own.
    await one.say("v1/gateways/gw-former/replies", { mover: { commandId: "c", outcome: "done" } });
    expect((await get("devices/mover/replies")).items).toEqual([]);
    expect(await rejectionsOf("gw-former")).toEqual([["not_assigned", "v1/gateways/gw-former/replies"]]);
  });

  it("is heard by no other gateway, whatever that asks for", async () => {
    const [mine, theirs] = [await addGateway("gw-mine", ["mine"]), await addGateway("gw-theirs", [])];
    const eavesdropper = await connect("gw-theirs", theirs.token);
    for (const filter of ["gw-mine/commands", "gw-mine/#", "+/commands", "#"]) {
      await expect(eavesdropper.listen(`v1/gateways/${filter}`)).rejects.toThrow();
    }
    await eavesdropper.listen("v1/gateways/gw-theirs/#");
    const gateway = await connect("gw-mine", mine.token);
    await gateway.listen("v1/gateways/gw-mine/+");
    const { commandId } = await send("mine");
    await vi.waitFor(() =>
      expect(gateway.heard.map(({ command }) => command.commandId)).toEqual([commandId]),
    );
    await app.register("theirs", "gas-meter", "gw-theirs");
    const own = await send("theirs");
    await vi.waitFor(() =>
      expect(eavesdropper.heard.map(({ command }) => command.commandId)).toEqual([own.commandId]),
    );
  });
});
