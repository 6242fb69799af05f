import { describe, expect, it } from "vitest";
import {
  expectedIdentity,
  IDENTITY_SCHEMES,
  type IdentityScheme,
  identityKey,
  identityOf,
  MAX_IDENTITY_LENGTH,
  splitIdentity,
} from "../../devices/identities.ts";

describe("the canonical form of an identity", () => {
  it.each<[IdentityScheme, string, string]>([
    ["deveui", "70B3D57ED0001A2B", "70b3d57ed0001a2b"],
    ["deveui", "70:b3:d5:7e:d0:00:1a:2b", "70b3d57ed0001a2b"],
    ["deveui", "70-B3-D5-7E-D0-00-1A-2B", "70b3d57ed0001a2b"],
    ["sim", "13800138000", "013800138000"],
    ["sim", "013800138000", "013800138000"],
    ["sim", "00000000013800138000", "013800138000"],
    ["sim", "1064912345678", "00000001064912345678"],
    ["sim", "138 0013 8000", "013800138000"],
    ["sim", "000000000007", "000000000007"],
    ["mn", "010000a8900016f000169dc0", "010000A8900016F000169DC0"],
    ["mn", "88888880000001", "88888880000001"],
    ["mn", "JLYP01_AIR01_0001", "JLYP01_AIR01_0001"],
    ["gb26875", "30.00.00.00.00.0A", "30000000000a"],
    ["sl651", "12345678", "0012345678"],
    ["sl651", "0012345678", "0012345678"],
    ["sl651", "521A000B01", "521a000b01"],
    ["cjt188", "7833 00 11 22 33 44", "78330011223344"],
    ["gb28181", "52010200001320000001", "52010200001320000001"],
  ])("of %s '%s' is %s, and is its own", (scheme, text, value) => {
    expect(identityOf(scheme, text)).toEqual({ scheme, value });
    expect(identityOf(scheme, value)).toEqual({ scheme, value });
  });

  it.each<[IdentityScheme, string]>([
    ["deveui", "70b3d57ed0001a2"],
    ["deveui", "70b3d57ed0001a2g"],
    ["sim", "1380013800"],
    ["sim", "000000000000"],
    ["sim", "123456789012345678901"],
    ["mn", ""],
    ["mn", "A".repeat(25)],
    ["mn", "AB;CD"],
    ["mn", "AB\0"],
    ["gb26875", "30000000000"],
    ["sl651", "1234567"],
    ["cjt188", "0011223344"],
    ["gb28181", "5201020000132000000x"],
    ["deveui", `${" ".repeat(MAX_IDENTITY_LENGTH)}70b3d57ed0001a2b`],
  ])("does not exist for %s '%s'", (scheme, text) => {
    expect(identityOf(scheme, text)).toBeUndefined();
  });

  it.each(IDENTITY_SCHEMES)("of %s is said in words", (scheme) => {
    expect(expectedIdentity(scheme)).toMatch(/digits|letters/);
  });
});

it("an identity is written as one text, and read back with colons in its value", () => {
  expect(identityKey({ scheme: "mn", value: "88888880000001" })).toBe("mn:88888880000001");
  expect(splitIdentity("deveui:70:b3")).toEqual({ scheme: "deveui", value: "70:b3" });
  expect(splitIdentity("imsi:1")).toBeUndefined();
  expect(splitIdentity("deveui")).toBeUndefined();
});
