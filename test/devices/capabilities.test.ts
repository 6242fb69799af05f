import { describe, expect, it } from "vitest";
import { OUTCOMES, replySchema } from "../../broadcast/contract/command.ts";
import {
  CAPABILITIES,
  type Capability,
  type CapabilityContract,
  hasCapability,
} from "../../devices/capabilities.ts";
import { addKind, catalog, kindByName, kindsWith } from "../../devices/catalog.ts";
import { indexKinds } from "../../devices/index-kinds.ts";
import { gauge, type KindDefinition, type Metric } from "../../devices/kind.ts";
import { example } from "../../devices/kinds/example/kind.ts";
import { definitionOf } from "../helpers/kinds/definition-of.ts";
import { siren } from "../helpers/kinds/siren.ts";
import { faultsOf } from "./changed-kind.ts";

const degrees = (most: number, about: string) =>
  gauge({ unit: "deg", min: -most, max: most, decimals: 4, about });
/** What floats away moves as well. */
const buoy: KindDefinition = {
  ...definitionOf(example),
  kind: "buoy",
  capabilities: ["locates"],
  metrics: { ...example.metrics, longitude: degrees(180, "East"), latitude: degrees(90, "North") },
};

const CAPABLE: KindDefinition[] = [...catalog.map(definitionOf), buoy];
const contracts = CAPABLE.flatMap((kind) =>
  (kind.capabilities ?? []).map((capability) => ({
    kind,
    capability,
    contract: CAPABILITIES[capability] as CapabilityContract,
  })),
);

/** The kind without each thing that a contract asks for, one at a time. */
function broken({ kind, contract }: (typeof contracts)[number]): [what: string, kind: KindDefinition][] {
  const { metrics, events, commands = [], examples, alarms } = kind;
  const keys = Object.keys(contract.quantities ?? {});
  const change = (key: string, to: Partial<Metric>): KindDefinition => ({
    ...kind,
    metrics: { ...metrics, [key]: { ...metrics[key]!, ...to } },
  });
  return [
    ...keys.map((key): [string, KindDefinition] => [
      `the quantity '${key}', a `,
      { ...kind, metrics: Object.fromEntries(Object.entries(metrics).filter(([other]) => other !== key)) },
    ]),
    ...keys.map((key): [string, KindDefinition] => {
      const { unit, values } = contract.quantities![key]!;
      return unit === undefined
        ? [` that may be ${values!.join(", ")}`, change(key, { values: ["good", "bad"] })]
        : [` in ${unit}`, change(key, { unit: "1" })];
    }),
    ...(contract.events ?? []).map((type): [string, KindDefinition] => [
      `the event '${type}'`,
      { ...kind, events: events.filter((event) => event.type !== type) },
    ]),
    ...(contract.commands === "none" ? [] : (contract.commands ?? [])).map(
      (name): [string, KindDefinition] => [
        `the command '${name}'`,
        { ...kind, commands: commands.filter((command) => command.name !== name) },
      ],
    ),
    ...(contract.replies ?? []).map((outcome): [string, KindDefinition] => [
      `an example of a reply '${outcome}'`,
      {
        ...kind,
        examples: examples.filter(
          ({ channel, message }) =>
            channel !== "replies" || !JSON.stringify(message).includes(`"outcome":"${outcome}"`),
        ),
      },
    ]),
    ...(contract.commands === "none"
      ? ([["no plain commands", { ...kind, commands: [{ name: "play", about: "Play" }] }]] as const)
      : []),
    ...(contract.missed
      ? ([
          ["an alarm of silence", { ...kind, alarms: alarms.filter(({ type }) => type !== "silence") }],
        ] as const)
      : []),
  ].map(([what, changed]) => [what, changed as KindDefinition]);
}

describe("a capability", () => {
  it("is shown here by at least one kind", () => {
    expect(new Set(contracts.map(({ capability }) => capability))).toEqual(
      new Set(Object.keys(CAPABILITIES)),
    );
    expect(faultsOf(buoy)).toEqual([]);
  });

  it.each(contracts.map((one) => [one.capability, one.kind.kind, one] as const))(
    "%s is refused where %s lacks anything of its contract",
    (capability, _kind, one) => {
      const cases = broken(one);
      expect(cases.length).toBeGreaterThan(0);
      const path = `/capabilities/${one.kind.capabilities!.indexOf(capability)}`;
      for (const [what, kind] of cases) {
        const said = expect.stringMatching(
          new RegExp(
            `^the contract of '${capability}' is not kept: expected .*${what.replace(/[[\]{}]/g, "\\$&")}`,
          ),
        );
        expect(faultsOf(kind), what).toContainEqual([path, said]);
      }
    },
  );

  it("is refused where it is none, or comes twice", () => {
    const having = (...capabilities: string[]) =>
      faultsOf({ ...buoy, capabilities: capabilities as Capability[] });
    expect(having("locates", "flies")).toEqual([
      ["/capabilities/1", expect.stringContaining("'flies': expected")],
    ]);
    expect(having("toString")).toEqual([["/capabilities/0", expect.stringContaining("'toString'")]]);
    expect(having("locates", "locates")).toEqual([["/capabilities/1", expect.stringContaining("twice")]]);
  });

  it("finds kinds in the order of their catalog, and of another catalog others", () => {
    expect(kindsWith("sounds")).toEqual(["speaker"]);
    expect(kindsWith("locates")).toEqual(["vehicle"]);
    const forget = addKind(siren);
    expect([kindsWith("sounds"), kindByName("siren"), catalog.includes(siren)]).toEqual([
      ["speaker", "siren"],
      siren,
      true,
    ]);
    expect(() => addKind(siren)).toThrow("There is a kind 'siren' already");
    forget();
    expect([kindsWith("sounds"), kindByName("siren"), catalog.includes(siren)]).toEqual([
      ["speaker"],
      undefined,
      false,
    ]);
    const more = indexKinds([siren, ...catalog]);
    expect(more.kindsWith("sounds")).toEqual(["siren", "speaker"]);
    expect(more.kindByName("siren")).toBe(siren);
    expect(hasCapability(kindByName("example")!, "gateway")).toBe(false);
  });
});

it("replies of what sounds are in the words that terminals and the platform have agreed on", () => {
  expect(OUTCOMES).toEqual(expect.arrayContaining([...CAPABILITIES.sounds.replies]));
  for (const name of kindsWith("sounds")) {
    const replies = kindByName(name)!.examples.filter(({ channel }) => channel === "replies");
    for (const reply of replies.flatMap(({ message }) => message)) replySchema.parse(reply);
  }
});
