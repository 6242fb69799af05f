import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { CODECS } from "../../../devices/codecs/registry.ts";
import { builtCommand } from "../../helpers/built.ts";

/** Runs the command as people do. */
function decode(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...builtCommand("app/cli/decode"), ...args],
    {
      encoding: "utf8",
    },
  );
  return { code: status, said: stdout, complained: stderr };
}

describe("decode", () => {
  it("prints what bytes mean by the codec of a model", () => {
    const at = "2026-08-01T08:00:00+08:00";
    const { code, said } = decode(
      "--model",
      "smartico-g1.6",
      "--port",
      "2",
      "--at",
      at,
      "040000010012670012d6870866",
    );
    expect(code).toBe(0);
    expect(JSON.parse(said)).toMatchObject({
      items: [
        {
          channel: "telemetry",
          item: { observedAt: "2026-08-01T00:00:00.000Z", volume: 1234.567, temperature: 21.5 },
        },
      ],
      faults: [],
    });
  });

  it("takes what the bytes do not tell: what a pulse stands for, and the input of the meter", () => {
    const weights = ["--litres-per-pulse", "10", "--channel", "2"];
    const { said } = decode("--model", "adeunis-pulse", ...weights, "46 80 00:00:00:9f-00000002");
    expect(JSON.parse(said).items[0].item).toMatchObject({ pulses_1: 159, pulses_2: 2, volume: 0.02 });
  });

  it("prints the byte that is wrong, and exits with 1", () => {
    const { code, said } = decode("--model", "jooby-analog", "262f978000007a30");
    expect(code).toBe(1);
    expect(JSON.parse(said)).toEqual({
      items: [],
      faults: [{ reason: "checksum", at: "byte 7 (LRC)", detail: "30, expected 31" }],
    });
  });

  it("prints the frames of CJ/T 188 in a run of bytes", () => {
    const request = "68100100000508000001031f90003916";
    const { code, said } = decode("--frames", `00${request}fefe${request}`);
    expect(code).toBe(0);
    const { frames, dropped } = JSON.parse(said);
    expect(frames).toHaveLength(2);
    expect(frames[1]).toMatchObject({ preamble: 2, address: "00000805000001", di: "901F", data: "" });
    expect([dropped, decode("--frames", "0011").code]).toEqual([1, 1]);
  });

  it("lists the models, and explains itself", () => {
    const lines = decode("--models").said.trim().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(CODECS.map(({ model }) => model));
    expect(decode("--help").said).toContain("--litres-per-pulse");
  });

  it.each([
    [["--model", "smartico-g1.6"], "<hex> is missing"],
    [["--model", "smartico-g1.6", "04zz"], "<hex> is not bytes"],
    [["040c"], "--model is missing"],
    [["--model", "x", "--port", "256", "04"], "--port is '256'"],
    [["--model", "x", "--at", "noon", "04"], "--at is no moment"],
  ])("says what is wrong with its line: %j", (args, complaint) => {
    const { code, complained } = decode(...args);
    expect(code).toBe(2);
    expect(complained).toContain(complaint);
  });
});
