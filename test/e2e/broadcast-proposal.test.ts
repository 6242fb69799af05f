import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
}, 60_000);
afterAll(() => world.stop());

interface Listed {
  readonly items: readonly {
    id: string;
    state: string;
    revision: number;
    eventCode?: string;
    createdBy: string;
    headline: string;
  }[];
}

const connect = ({ id, token }: { id: string; token: string }) =>
  connectAsync(`mqtt://127.0.0.1:${world.platform.mqttPort}`, {
    clientId: id,
    username: id,
    password: token,
  });

describe("a gas leak that a meter reports", () => {
  it("is proposed as a draft, and sounds only after people have decided", async () => {
    const speaker = await connect(await world.register("sp-1", "speaker"));
    const commands: string[] = [];
    speaker.on("message", (_topic, payload) => commands.push(payload.toString()));
    await speaker.subscribeAsync("v1/devices/sp-1/commands", { qos: 1 });
    const meter = await connect(await world.register("meter-1"));
    await meter.publishAsync(
      "v1/devices/meter-1/events",
      JSON.stringify({ eventId: "e-1", observedAt: new Date().toISOString(), type: "leak" }),
      { qos: 1 },
    );
    const draft = await vi.waitFor(async () => {
      const { items } = await world.api<Listed>("/v1/broadcasts");
      expect(items).toHaveLength(1);
      return items[0]!;
    }, 15_000);
    expect(draft).toMatchObject({
      state: "draft",
      createdBy: "platform",
      headline: "杨村社区燃气泄漏橙色预警",
    });
    expect(commands).toEqual([]);

    const officer = await signInDutyOfficer(world.api, world.platform.httpPort);
    const after = await officer<{ state: string }>(`/v1/broadcasts/${draft.id}/release`, {
      method: "POST",
      body: { reason: "confirmed by camera", revision: draft.revision },
    });
    expect(["dispatching", "playing"]).toContain(after.state);
    await vi.waitFor(() => expect(commands).toHaveLength(1), 15_000);
    const { commandId, jws } = JSON.parse(commands[0]!) as { commandId: string; jws: string };
    expect(commandId).toBe(`${draft.id}.1`);
    const order = JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString());
    expect(order).toMatchObject({
      type: "start",
      broadcastId: draft.id,
      area: { regions: ["520326001001"] },
    });
    const { keys } = await world.api<{ keys: { kid: string }[] }>("/v1/broadcasts/keys");
    const header = JSON.parse(Buffer.from(jws.split(".")[0]!, "base64url").toString());
    expect(keys.map(({ kid }) => kid)).toContain(header.kid);

    await world.api(`/v1/broadcasts/${draft.id}/cancel`, {
      method: "POST",
      body: { reason: "valve closed" },
    });
    await vi.waitFor(
      () => expect(commands.some((text) => text.includes(`${draft.id}.stop`))).toBe(true),
      15_000,
    );
    await Promise.all([speaker.endAsync(), meter.endAsync()]);
  }, 60_000);
});
