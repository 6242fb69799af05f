import { afterAll, beforeAll, expect, it } from "vitest";
import { matches, type StreamEntry } from "../../../api/stream/filter.ts";
import { seesBroadcast, seesWhole } from "../../../broadcast/lifecycle/visibility.ts";
import { addKind } from "../../../devices/catalog.ts";
import { siren } from "../../helpers/kinds/siren.ts";
import { areaOf, limitsOf } from "../../helpers/limits.ts";

let forget: () => void;
beforeAll(() => {
  forget = addKind(siren);
});
afterAll(() => forget());

const VILLAGE = "520326001001";
const SPEAKERS_ONLY = limitsOf({ kinds: ["speaker"] });
const SIRENS_ONLY = limitsOf({ kinds: ["siren"] });
const APART = [...SPEAKERS_ONLY, ...SIRENS_ONLY];

it("with two kinds that sound, whoever may see one sees a broadcast, and the whole of it only with every kind", () => {
  const place = { regions: [VILLAGE], tenantId: null };
  expect(
    [SPEAKERS_ONLY, SIRENS_ONLY, limitsOf({ kinds: ["camera"] })].map((one) =>
      seesBroadcast(one, "t", place),
    ),
  ).toEqual([true, true, false]);
  expect([SPEAKERS_ONLY, SIRENS_ONLY, APART].map((one) => seesWhole(one, place))).toEqual([
    false,
    false,
    true,
  ]);
  const entry: StreamEntry = { at: undefined, topic: "broadcast", scope: place, deviceId: "", frame: "" };
  const told = (kinds: string[]) => {
    const limits = [areaOf({})];
    const topics = new Map([["broadcast", limits] as const]);
    return matches({ principalId: "p", tenantId: "t", topics, limits, kinds: new Set(kinds) }, entry);
  };
  expect([told(["siren"]), told(["speaker"]), told(["camera"])]).toEqual([true, true, false]);
});
