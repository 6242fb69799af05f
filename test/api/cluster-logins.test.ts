import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLoginGate } from "../../access/login-gate.ts";
import { createPeople } from "../../accounts/people.ts";
import { PlatformError } from "../../base/errors.ts";
import { createLogger } from "../../base/log.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type Api, startApi } from "./harness.ts";

const DEVICE = { id: "meter-1", gateway: false };

let db: TestDatabase;
let api: Api;
let isAway = false;
// Its clock stands still, so that nothing is forgotten.
const gate = createLoginGate({ now: () => 0 });

beforeAll(async () => {
  db = await createTestDatabase();
  const known = async (id: string) => {
    if (isAway) throw new PlatformError("database_unavailable");
    return id === DEVICE.id ? DEVICE : undefined;
  };
  api = await startApi(db.pool, {
    people: createPeople({
      pool: db.pool,
      directory: {
        findPrincipal: () => undefined,
        listPrincipals: () => [],
        refresh: async () => {},
        lookForChanges: async () => {},
      },
      log: createLogger("silent"),
      registry: new Registry(),
      sessionMaxAgeMs: 3_600_000,
      sessionMaxIdleMs: 600_000,
      gate,
    }),
    clusterLogins: {
      from: ["10.1.0.0/16", "2001:db8::7"],
      host: "/",
      authenticate: async (id, token) => ((await known(id)) && token === "right" ? DEVICE : undefined),
      find: known,
    },
  });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

async function ask(question: string, fields: Record<string, string>, remoteAddress = "10.1.2.3", more = {}) {
  const answer = await api.app.inject({
    method: "POST",
    url: `/v1/cluster-logins/${question}`,
    headers: { "content-type": "application/x-www-form-urlencoded", ...more },
    payload: new URLSearchParams(fields).toString(),
    remoteAddress,
  });
  return answer.statusCode === 200 ? answer.body : answer.statusCode;
}

/** As RabbitMQ 4.0.5 asks when a client logs in over MQTT. */
const login = { username: "meter-1", vhost: "/", client_id: "meter-1", password: "right" };

describe("RabbitMQ's questions", () => {
  it("who may log in: a device with its token, over MQTT, by its own client id", async () => {
    expect(await ask("user", login)).toBe("allow");
    expect(await ask("user", { ...login, client_id: "meter-1:2" })).toBe("allow");
    expect(await ask("user", { ...login, password: "wrong" })).toBe("deny");
    expect(await ask("user", { ...login, username: "meter-2", client_id: "meter-2" })).toBe("deny");
    expect(await ask("user", { ...login, client_id: "meter-2" })).toBe("deny");
    expect(await ask("user", { ...login, username: "a b", client_id: "a b" })).toBe("deny");
    // Over AMQP, or to the management page.
    const { client_id: _none, ...rest } = login;
    expect(await ask("user", rest)).toBe("deny");
  });

  it("what it may use there", async () => {
    const topic = { username: "meter-1", vhost: "/", resource: "topic", name: "amq.topic" };
    expect(await ask("vhost", { username: "meter-1", vhost: "/", ip: "10.9.9.9" })).toBe("allow");
    expect(await ask("vhost", { username: "meter-2", vhost: "/" })).toBe("deny");
    expect(await ask("vhost", { username: "meter-1", vhost: "other" })).toBe("deny");
    expect(await ask("vhost", { username: "meter-1" })).toBe("deny");
    const key = "v1.devices.meter-1.telemetry";
    expect(await ask("topic", { ...topic, permission: "write", routing_key: key })).toBe("allow");
    const elsewhere = { ...topic, vhost: "other", permission: "write", routing_key: key };
    expect(await ask("topic", elsewhere)).toBe("deny");
    expect(
      await ask("topic", { ...topic, permission: "write", routing_key: "v1.devices.meter-2.telemetry" }),
    ).toBe("deny");
    expect(await ask("topic", { ...topic, permission: "read", routing_key: "#" })).toBe("deny");
    expect(await ask("topic", { ...topic, permission: "write" })).toBe("deny");
    const queue = {
      ...topic,
      resource: "queue",
      name: "mqtt-subscription-meter-1qos1",
      permission: "configure",
    };
    expect(await ask("resource", queue)).toBe("allow");
    expect(await ask("resource", { ...queue, name: "sbi.ingest.1" })).toBe("deny");
    expect(await ask("resource", { ...queue, username: "meter-2" })).toBe("deny");
  });

  it("are answered to the nodes that the setting names, and to nobody else", async () => {
    for (const address of ["10.1.255.1", "::ffff:10.1.0.9", "2001:db8::7"])
      expect(await ask("user", login, address)).toBe("allow");
    for (const address of ["10.2.0.1", "127.0.0.1", "::1", "2001:db8::8"])
      expect(await ask("user", login, address)).toBe(404);
    // By a proxy on a node's machine, whoever it says has asked.
    for (const name of ["x-forwarded-for", "forwarded"])
      expect(await ask("user", login, "10.1.2.3", { [name]: "10.1.2.3" })).toBe(404);
    const closed = await startApi(db.pool);
    const answer = await closed.app.inject({
      method: "POST",
      url: "/v1/cluster-logins/user",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: new URLSearchParams(login).toString(),
    });
    await closed.app.close();
    expect(answer.statusCode).toBe(404);
  });

  it("have no answer while the database is away, so that nobody is let in or told that the token is wrong", async () => {
    isAway = true;
    expect(await ask("user", login)).toBe(503);
    isAway = false;
    expect(await ask("user", login)).toBe("allow");
  });

  it("count at the same gate as every login, and are answered at once", async () => {
    const before = gate.delayFor("10.1.7.7", "guessed");
    for (let i = 0; i < 20; i++) {
      const guess = { ...login, username: "guessed", client_id: "guessed", password: `guess ${i}` };
      expect(await ask("user", guess, "10.1.7.7")).toBe("deny");
    }
    expect([before, gate.delayFor("10.1.7.7", "guessed") > 0]).toEqual([0, true]);
    // RabbitMQ asks over few connections: an answer that is held would hold right logins behind it.
    expect(await ask("user", login, "10.1.7.7")).toBe("allow");
  });
});
