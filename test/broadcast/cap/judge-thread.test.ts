import { generate } from "selfsigned";
import { afterEach, describe, expect, it } from "vitest";
import { judgeAlert } from "../../../broadcast/cap/judge.ts";
import { type AlertJudge, createJudge } from "../../../broadcast/cap/judge-thread.ts";
import { signAlert } from "../../../broadcast/cap/signature.ts";
import { bend, PLAIN } from "./alerts.ts";

const NOW = new Date();
const later = new Date(Math.floor(NOW.getTime() / 1000 + 3600) * 1000)
  .toISOString()
  .replace(".000Z", "-00:00");
const [PLACE, END] = ["<areaDesc>Huaxi</areaDesc>", "2026-05-02T20:00:00+08:00"];
/** An alert of about so many bytes. */
const alertOf = (bytes: number) =>
  bend([PLACE, `<areaDesc>${"Huaxi ".repeat(bytes / 6)}</areaDesc>`], [END, later]);

const judges: AlertJudge[] = [];
function start(...given: Parameters<typeof createJudge>): AlertJudge {
  const judge = createJudge(...given);
  judges.push(judge);
  return judge;
}
afterEach(async () => {
  await Promise.all(judges.splice(0).map((judge) => judge.stop()));
});

describe("a judge with a thread", () => {
  it("says of a large document what is said of it here: signed and trusted, as it is or with faults", async () => {
    const made = await generate([{ name: "commonName", value: "weather" }], { keySize: 2048 });
    const trusted = new Map([["sender@example.org", [made.cert]]]);
    const judge = start(trusted);
    const signed = signAlert(alertOf(100_000), { privateKeyPem: made.private, certificatePem: made.cert });
    // The certificate is valid from the moment when it was made.
    const now = new Date();
    for (const xml of [PLAIN, signed, alertOf(100_000), `${alertOf(20_000)}x`, "x".repeat(50_000)]) {
      const bytes = Buffer.from(xml);
      expect(await judge.judge(bytes, now, "li")).toEqual(judgeAlert(bytes, trusted, now));
    }
    expect(await judge.judge(Buffer.from(signed), now, "li")).toMatchObject({
      ok: true,
      signature: "verified",
    });
  });

  it("refuses what takes too long, and judges the next one", async () => {
    const judge = start(new Map(), { timeLimitMs: 1 });
    const many = Array.from({ length: 2 }, () => judge.judge(Buffer.from(alertOf(900_000)), NOW, "li"));
    for (const one of many) await expect(one).rejects.toMatchObject({ code: "cap_too_complex" });
    expect(await judge.judge(Buffer.from(PLAIN), NOW, "li")).toMatchObject({ ok: true });
  });

  it("refuses what would wait behind too many, and does not hold small ones up", async () => {
    const judge = start(new Map(), { maxWaiting: 2 });
    const large = (by: string) => judge.judge(Buffer.from(alertOf(20_000)), NOW, by);
    const taken = [large("li"), large("li"), large("wang")];
    await expect(large("zhao")).rejects.toMatchObject({ code: "cap_busy" });
    expect(await judge.judge(Buffer.from(PLAIN), NOW, "li")).toMatchObject({ ok: true });
    expect((await Promise.all(taken)).map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  it("lets nobody wait behind somebody who sends many: one of theirs at most comes first, and only so many wait", async () => {
    const judge = start(new Map());
    const ended: string[] = [];
    const large = (by: string) =>
      judge.judge(Buffer.from(alertOf(20_000)), NOW, by).then(
        () => void ended.push(by),
        ({ code }) => void ended.push(`${by} ${code}`),
      );
    const flood = Array.from({ length: 30 }, () => large("robot"));
    await Promise.all([...flood, large("dispatcher")]);
    const refused = Array.from({ length: 25 }, () => "robot cap_busy");
    expect(ended).toEqual([...refused, "robot", "robot", "dispatcher", "robot", "robot", "robot"]);
  });

  it("refuses what it has when it is stopped, and all that comes after", async () => {
    const judge = start(new Map());
    const waiting = [
      judge.judge(Buffer.from(alertOf(20_000)), NOW, "li"),
      judge.judge(Buffer.from(alertOf(20_000)), NOW, "li"),
    ];
    const ends = waiting.map((one) => expect(one).rejects.toMatchObject({ code: "shutting_down" }));
    await judge.stop();
    await Promise.all(ends);
    await expect(judge.judge(Buffer.from(PLAIN), NOW, "li")).rejects.toMatchObject({ code: "shutting_down" });
  });
});
