import { describe, expect, it } from "vitest";
import { camera } from "../../devices/kinds/camera/kind.ts";
import { definitionOf } from "../helpers/kinds/definition-of.ts";
import { type FaultRow, faultsOf, NEW, sent, without } from "./changed-kind.ts";

const FAULTS: FaultRow[] = [
  [
    "no reading that is kept whole",
    without(({ channel = "telemetry" }) => channel !== "telemetry"),
    "/examples",
    "one of telemetry",
  ],
  [
    "no event that is kept",
    without((one) => one.channel !== "events" || "rejects" in one),
    "/examples",
    "one of events",
  ],
  ["no command", without(({ channel }) => channel !== "commands"), "/examples", "one of commands"],
  ["no reply", without(({ channel }) => channel !== "replies"), "/examples", "one of replies"],
  ["an example twice", sent({ rain: 1 }, { about: "a drizzle" }), `${NEW}/about`, "no other example"],
  ["an example that counts wrong", sent({ rain: 1 }, { accepts: 2 }), `${NEW}/accepts`, "has 1 items"],
  ["an example that is no object", sent({}, { message: ["rain"] }), `${NEW}/message/0`, "an object"],
  ["an example without a time", sent({ observedAt: null, rain: 1 }), `${NEW}/message`, "no `observedAt`"],
  [
    "an example with a time that is none",
    sent({ observedAt: "now", rain: 1 }),
    `${NEW}/message/observedAt`,
    "nvalid",
  ],
  ["an example that measures nothing", sent({ wind: 1 }), `${NEW}/message`, "nothing that the kind knows"],
  ["an example off the scale", sent({ intensity: 501 }), `${NEW}/message/intensity`, "500"],
  ["an example with a number in quotes", sent({ rain: "1" }), `${NEW}/message/rain`, "number"],
  ["an example with a word too many", sent({ heater: "hot" }), `${NEW}/message/heater`, "off"],
  [
    "an example whose sensor has no value",
    sent({ temperature: 3276.7, rain: 1 }),
    `${NEW}/message/temperature`,
    "has no value",
  ],
  ["an example finer than what is kept", sent({ rain: 1.25 }), `${NEW}/message/rain`, "more than 1 decimals"],
  [
    "an example with a quantity in other letters",
    sent({ rain: 1, Intensity: 2 }),
    `${NEW}/message/Intensity`,
    "'intensity'",
  ],
  [
    "an example of an event that is not there",
    sent({ type: "hail" }, { channel: "events" }),
    `${NEW}/message/type`,
    "'hail'",
  ],
  [
    "an event without a time",
    sent({ type: "clogged", observedAt: null }, { channel: "events" }),
    `${NEW}/message/observedAt`,
    "RFC 3339",
  ],
  [
    "a reply without a command",
    sent({ outcome: "done" }, { channel: "replies" }),
    `${NEW}/message/commandId`,
    "a text",
  ],
  [
    "a reply without an outcome",
    sent({ commandId: "c", outcome: "" }, { channel: "replies" }),
    `${NEW}/message/outcome`,
    "a name",
  ],
  [
    "a command that nothing obeys",
    sent({ commandId: "c", name: "cool" }, { channel: "commands" }),
    `${NEW}/message/name`,
    "'cool'",
  ],
];

describe("the examples of a kind", () => {
  it.each(FAULTS)("are refused with %s, by its place and what was expected", (_name, kind, path, message) => {
    const found = faultsOf(kind);
    expect(found).toContainEqual([path, expect.stringContaining(message)]);
    expect(found.length).toBeLessThanOrEqual(3);
  });

  it("are refused with an event that does not decode", () => {
    const kind = definitionOf(camera);
    const message = { type: "new", before: null, after: null };
    const examples = [
      ...kind.examples,
      { about: "nothing seen", channel: "events", message, accepts: 1 } as const,
    ];
    expect(faultsOf({ ...kind, examples })).toEqual([
      [`/examples/${kind.examples.length}/message`, expect.stringContaining("it does not decode: after")],
    ]);
  });
});
