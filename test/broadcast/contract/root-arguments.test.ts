import { expect, it } from "vitest";
import { joinDashedRoots } from "../../../broadcast/contract/root-arguments.ts";
import { readOptions } from "../../../simulators/options.ts";

const dashed = `-${"a".repeat(42)}`;
const plain = "b".repeat(43);

it("takes a public half that begins with a dash for a value, and another option for an option", () => {
  expect(joinDashedRoots(["accept", "set", "--root", dashed])).toEqual(["accept", "set", `--root=${dashed}`]);
  expect(joinDashedRoots(["--roots", `${dashed},${plain}`, "--json"])).toEqual([
    `--roots=${dashed},${plain}`,
    "--json",
  ]);
  for (const args of [["--root", plain], ["--root", "--stolen"], ["--root"], ["-h", dashed]]) {
    expect(joinDashedRoots(args)).toEqual(args);
  }
});

it("lets simulated speakers be given one", () => {
  const args = ["--credentials", "file", "--root", dashed];
  expect(readOptions(args)?.roots).toEqual([dashed]);
});
