import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { createRandom } from "../../../devices/random.ts";
import { frame } from "../../../store/embedded/frames.ts";
import type * as launch from "../../../store/embedded/launch.ts";
import { importBuilt } from "../../helpers/built.ts";
import { copyTemplate } from "../../helpers/embedded-templates.ts";
import {
  bind,
  closeStatement,
  errorText,
  execute,
  flush,
  parse,
  query,
  RawClient,
  shape,
  startup,
  sync,
} from "./wire.ts";

const { startEmbedded } = await importBuilt<typeof launch>("store/embedded/launch");

let folder: string;
let database: launch.EmbeddedDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(inject("testRun").folder, "protocol-"));
  await copyTemplate("empty", folder);
  database = await startEmbedded({ dataDir: folder, log: createLogger("silent") });
});

afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function stillServes(): Promise<void> {
  const client = await RawClient.start(database.url);
  client.send(query("select 7"));
  expect(shape(await client.untilReady())).toBe("T D(7) C(SELECT 1) Z(I)");
  client.close();
}

describe("the opening", () => {
  it("declines encryption and then starts", async () => {
    const client = await RawClient.open(database.url);
    client.send(startup({}, 80_877_103).subarray(0, 8).fill(0, 0, 4).fill(8, 3, 4));
    expect(await client.byte()).toBe("N");
    client.send(startup({ user: "postgres", application_name: "me" }));
    const messages = await client.untilReady();
    expect(shape(messages)).toMatch(/^R (S )+K Z\(I\)$/);
    const parameters = messages.filter(({ type }) => type === "S").map(({ body }) => body.toString());
    expect(parameters).toContain("client_encoding\0UTF8\0");
    expect(parameters).toContain("standard_conforming_strings\0on\0");
    expect(parameters).toContain("integer_datetimes\0on\0");
    expect(parameters).toContain("application_name\0me\0");
    expect(parameters.some((text) => text.startsWith("server_version\x0017"))).toBe(true);
    client.close();
  });

  it("reads a startup packet that comes byte by byte", async () => {
    const client = await RawClient.open(database.url);
    for (const byte of startup({ user: "postgres" })) {
      await new Promise<void>((resolve) => void client.socket.write(Buffer.from([byte]), () => resolve()));
    }
    expect(shape(await client.untilReady())).toMatch(/Z\(I\)$/);
    client.close();
  });

  it("closes on a cancel request", async () => {
    const client = await RawClient.open(database.url);
    client.send(Buffer.from("00000010" + "04d2162e" + "00000001" + "00000002", "hex"));
    expect(await client.next()).toBeUndefined();
  });

  it.each([
    ["protocol 2", "00000008" + "00020000"],
    ["a length of 2 GB", "7fffffff" + "00030000"],
    ["a length of 3", "00000003" + "00030000"],
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\n\r\n").toString("hex")],
  ])("refuses %s and goes on serving others", async (_, hex) => {
    const client = await RawClient.open(database.url);
    client.send(Buffer.from(hex, "hex"));
    expect(shape(await client.untilReady())).toBe("E(08P01)");
    await stillServes();
  });
});

describe("the extended protocol", () => {
  it("answers a failed sequence with one error and one ReadyForQuery, and runs the next", async () => {
    const client = await RawClient.start(database.url);
    client.send(
      parse("", "select 1/0"),
      bind(""),
      execute(),
      parse("", "select 8"),
      bind(""),
      execute(),
      sync(),
    );
    client.send(parse("", "select 9"), bind(""), execute(), sync());
    expect(shape(await client.untilReady())).toBe("1 E(22012) Z(I)");
    expect(shape(await client.untilReady())).toBe("1 2 D(9) C(SELECT 1) Z(I)");
    client.close();
  });

  it("answers at a Flush, and keeps other connections out until the Sync", async () => {
    const client = await RawClient.start(database.url);
    const other = await RawClient.start(database.url);
    client.send(parse("", "select generate_series(1, 3)"), bind(""), execute(2), flush());
    const seen = [];
    while (seen.length < 5) seen.push((await client.next())!);
    expect(shape(seen)).toBe("1 2 D(1) D(2) s");
    other.send(query("select 'other'"));
    client.send(execute(), sync());
    expect(shape(await client.untilReady())).toBe("D(3) C(SELECT 1) Z(I)");
    expect(shape(await other.untilReady())).toBe("T D(other) C(SELECT 1) Z(I)");
    client.close();
    other.close();
  });

  it("skips to the Sync after an error at a Flush", async () => {
    const client = await RawClient.start(database.url);
    client.send(parse("", "selec"), flush());
    expect(shape([(await client.next())!])).toBe("E(42601)");
    client.send(bind(""), execute(), flush(), sync());
    expect(shape(await client.untilReady())).toBe("Z(I)");
    client.close();
  });

  it("keeps the unnamed statement of a connection although another one parses its own", async () => {
    const client = await RawClient.start(database.url);
    const other = await RawClient.start(database.url);
    client.send(parse("", "select 'mine'"), sync());
    await client.untilReady();
    other.send(parse("", "select 'other'"), sync());
    await other.untilReady();
    client.send(bind(""), execute(), sync());
    other.send(bind(""), execute(), sync());
    expect(shape(await client.untilReady())).toBe("2 D(mine) C(SELECT 1) Z(I)");
    expect(shape(await other.untilReady())).toBe("2 D(other) C(SELECT 1) Z(I)");
    client.close();
    other.close();
  });

  it("says that a closed or unknown statement does not exist", async () => {
    const client = await RawClient.start(database.url);
    client.send(parse("a", "select 1"), bind("a"), execute(), closeStatement("a"), sync());
    expect(shape(await client.untilReady())).toBe("1 2 D(1) C(SELECT 1) 3 Z(I)");
    client.send(bind("a"), execute(), sync());
    expect(shape(await client.untilReady())).toBe("E(26000) Z(I)");
    client.send(parse("a", "select 2"), bind("a"), execute(), sync());
    expect(shape(await client.untilReady())).toBe("1 2 D(2) C(SELECT 1) Z(I)");
    client.send(parse("a", "select 3"), sync());
    expect(shape(await client.untilReady())).toBe("E(42P05) Z(I)");
    client.close();
  });

  it("fails a COPY FROM STDIN that was prepared", async () => {
    const client = await RawClient.start(database.url);
    client.send(query("create table if not exists copy_target (n int)"));
    await client.untilReady();
    client.send(parse("", "copy copy_target from stdin"), bind(""), execute(), sync());
    const messages = await client.untilReady();
    expect(shape(messages)).toBe("1 2 G E(57014) Z(I)");
    expect(errorText(messages)).toMatch(/COPY FROM STDIN is not supported by the embedded database/);
    client.send(frame("d", "late data"), frame("c"), query("select 1"));
    expect(shape(await client.untilReady())).toBe("T D(1) C(SELECT 1) Z(I)");
    client.close();
  });

  it("answers a sequence of any length, also where a message ends with PostgreSQL's buffer of 8 KiB", async () => {
    const client = await RawClient.start(database.url);
    for (let length = 8192 - 100; length <= 8192; length++) {
      const padding = " ".repeat(length);
      client.send(parse("", `select ${length}${padding}`), bind(""), execute(), sync());
      expect(shape(await client.untilReady())).toBe(`1 2 D(${length}) C(SELECT 1) Z(I)`);
      client.send(query(`select 1${padding}`), query("select 2"));
      expect(shape(await client.untilReady())).toBe("T D(1) C(SELECT 1) Z(I)");
      expect(shape(await client.untilReady())).toBe("T D(2) C(SELECT 1) Z(I)");
    }
    client.close();
  });

  it("rolls back a sequence whose client leaves before its Sync", async () => {
    const client = await RawClient.start(database.url);
    client.send(query("create table unfinished (n int)"));
    await client.untilReady();
    client.send(parse("", "insert into unfinished values (1)"), bind(""), execute(), flush());
    while ((await client.next())?.type !== "C");
    client.close();
    const other = await RawClient.start(database.url);
    other.send(query("select count(*) from unfinished"));
    expect(shape(await other.untilReady())).toBe("T D(0) C(SELECT 1) Z(I)");
    other.close();
    await stillServes();
  });

  it("runs what was sent before a Terminate, then closes", async () => {
    const client = await RawClient.start(database.url);
    client.send(query("create table said_goodbye (n int)"), frame("X"));
    expect(shape(await client.untilReady())).toBe("C(CREATE TABLE) Z(I)");
    expect(await client.next()).toBeUndefined();
    await stillServes();
  });
});

describe("a client that breaks the protocol", () => {
  it.each([
    ["an unknown type", "21" + "00000004"],
    ["a function call", "46" + "00000004"],
    ["a length below four", "51" + "00000003"],
    ["a length of 2 GB", "51" + "7fffffff"],
    ["a negative length", "51" + "ffffffff"],
    ["a query without its zero byte", "51" + "00000006" + "6161"],
    ["a Bind without names", "42" + "00000005" + "61"],
  ])("loses only its own connection by %s", async (_, hex) => {
    const client = await RawClient.start(database.url);
    const neighbour = await RawClient.start(database.url);
    client.send(Buffer.from(hex, "hex"));
    expect(shape(await client.untilReady())).toBe("E(08P01)");
    neighbour.send(query("select 1"));
    expect(shape(await neighbour.untilReady())).toBe("T D(1) C(SELECT 1) Z(I)");
    neighbour.close();
  });

  it("does not harm the engine with random bodies of messages", async () => {
    const random = createRandom(20_240_601);
    const types = ["P", "B", "D", "E", "C", "Q", "H", "S", "d", "f"];
    for (let round = 0; round < 40; round++) {
      const client = await RawClient.start(database.url);
      for (let i = 0; i < 10; i++) {
        const type = types[Math.floor(random.next() * types.length)]!;
        const body = Buffer.from(
          Array.from({ length: Math.floor(random.next() * 40) }, () => random.next() * 256),
        );
        client.send(frame(type, body, Buffer.from([0, 0, 0, 0])));
      }
      client.send(sync());
      await client.untilReady();
      client.close();
    }
    await stillServes();
  });

  it("is not read any further while it does not read its answers, and the others go on", async () => {
    const client = await RawClient.start(database.url);
    client.socket.pause();
    const question = query(`select repeat('x', 100000) -- ${"padding".repeat(3000)}`);
    const count = 2000;
    for (let i = 0; i < count; i++) client.socket.write(question);
    for (let i = 0; i < 5; i++) await stillServes();
    // The server takes 8 MB and the kernel's buffers take some: the rest of the 42 MB waits on our side.
    expect(client.socket.writableLength).toBeGreaterThan((question.length * count) / 2);
    client.close();
    await stillServes();
  });
});
