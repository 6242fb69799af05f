import fc from "fast-check";
import type { Grant, Principal } from "../../../access/decide.ts";
import type { Area } from "../../../access/limits.ts";
import { DISPLAY_SCOPES, ROLES, SCOPES, type Scope } from "../../../access/roles.ts";
import { areaOf } from "../../helpers/limits.ts";
import { personWith } from "../callers.ts";

const HOME = "d520103-gas-meter-home";

/** Kinds of areas, each with something inside and something outside. */
const AREAS: Record<string, Area> = {
  everywhere: areaOf({}),
  city: areaOf({ regions: ["5201"] }),
  county: areaOf({ regions: ["520102"] }),
  "two counties": areaOf({ regions: ["520103", "520201"] }),
  kind: areaOf({ kinds: ["camera"] }),
  "a tenant's own": areaOf({ tenants: ["gas"] }),
  household: areaOf({ devices: [HOME] }),
  "household that moved away": areaOf({ regions: ["520102"], devices: [HOME] }),
  "a tenant's own of a kind in a city": areaOf({
    regions: ["5201"],
    kinds: ["gas-meter"],
    tenants: ["gas", "home"],
  }),
  nowhere: areaOf({ regions: [] }),
  "no kind": areaOf({ kinds: [] }),
};
const named = Object.entries(AREAS);

/** A display with these scopes, be they more than a display can have. */
export const displayWith = (id: string, scopes: readonly Scope[], area: Area): Principal => ({
  ...personWith(id, [{ scopes, area }], "police"),
  type: "display",
});

/** Each role over three kinds of areas, each scope over one, and unions that must not be mixed up. */
export function fixedPrincipals(): Principal[] {
  let turn = 0;
  const next = () => named[turn++ % named.length]!;
  const roles = ROLES.flatMap((role) =>
    [0, 1, 2].map(() => {
      const [name, area] = next();
      return personWith(`${role} of ${name}`, [{ role, area }], "gas");
    }),
  );
  const scopes = SCOPES.map((scope) => {
    const [name, area] = next();
    return personWith(`${scope} in ${name}`, [{ scopes: [scope], area }], "home");
  });
  const { everywhere, city, county, kind, household } = AREAS as Record<string, Area> & {
    [name in "everywhere" | "city" | "county" | "kind" | "household"]: Area;
  };
  return [
    ...roles,
    ...scopes,
    displayWith("display of a city", DISPLAY_SCOPES, city),
    displayWith("display of a tenant's own", DISPLAY_SCOPES, AREAS["a tenant's own"]!),
    displayWith("display that was given everything", SCOPES, everywhere),
    personWith("administrator of everything", [{ role: "administrator", area: everywhere }]),
    personWith("administrator of another tenant's cameras", [
      { role: "administrator", area: areaOf({ kinds: ["camera"], tenants: ["police"] }) },
    ]),
    personWith("nothing at all", []),
    personWith("viewer of a city, operator of a county in it", [
      { role: "viewer", area: city },
      { role: "operator", area: county },
    ]),
    personWith("cameras everywhere and one meter", [
      { role: "operator", area: kind },
      { role: "viewer", area: household },
    ]),
    personWith("listener to what may not be read", [
      { scopes: ["stream:read"], area: everywhere },
      { scopes: ["alarms:read"], area: county },
      { scopes: ["devices:read"], area: kind },
    ]),
    personWith("administrator of a county, auditor of a tenant", [
      { role: "administrator", area: county },
      { role: "auditor", area: AREAS["a tenant's own"]! },
    ]),
  ];
}

const list = (items: string[]) => fc.oneof(fc.constant("all" as const), fc.subarray(items, { minLength: 1 }));
const area: fc.Arbitrary<Area> = fc.record({
  regions: list(["52", "5201", "520102", "520102001", "520102002", "520103", "520201"]),
  kinds: list(["gas-meter", "camera", "speaker"]),
  tenants: list(["gas", "police", "home"]),
  devices: fc.oneof(
    { weight: 4, arbitrary: fc.constant("all" as const) },
    {
      weight: 1,
      arbitrary: fc.subarray([HOME, "d520102001-camera-gas", "d520201-speaker-nobody"], { minLength: 1 }),
    },
  ),
});
const grant: fc.Arbitrary<Grant> = fc.oneof(
  fc.record({ role: fc.constantFrom(...ROLES), area }),
  fc.record({ scopes: fc.subarray([...SCOPES], { minLength: 1 }), area }),
);

/** Random ones. */
export const randomPrincipals = (count: number): Principal[] =>
  fc
    .sample(fc.array(grant, { minLength: 1, maxLength: 3 }), count)
    .map((grants, index) => personWith(`random-${index}`, grants, "police"));
