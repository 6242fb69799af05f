import { describe, expect, it } from "vitest";
import { ucumFault } from "../../devices/ucum.ts";

describe("ucumFault", () => {
  it.each([
    "m3",
    "m3/h",
    "kPa",
    "Cel",
    "mCel",
    "V",
    "%",
    "dB",
    "dB{mW}",
    "dB[SPL]",
    "dB[W]",
    "kbit/s",
    "KiBy",
    "{frame}/s",
    "{uplink}",
    "/min",
    "1",
    "10*6/l",
    "kW.h",
    "m.s-2",
    "J/(kg.K)",
    "mm/h",
    "a",
    "min",
    "cd",
    "[in_i]",
    "umol/m2.s",
  ])("accepts %s", (code) => {
    expect(ucumFault(code)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["°C", "a unit expected at position 1"],
    ["dBm", "'dBm' is no unit"],
    ["kmh", "'kmh' is no unit"],
    ["m³", "unexpected '³' at position 2"],
    ["kmin", "'min' is not metric"],
    ["k%", "'%' is not metric"],
    ["m/", "a unit expected at position 3"],
    ["(m", "')' expected at position 3"],
    ["m)", "unexpected ')'"],
    ["Cel/h", "special unit"],
    ["dB.m", "special unit"],
    ["/Cel", "special unit"],
    ["Cel2", "cannot be raised"],
    ["m/s/{a b}", "a unit expected"],
    ["10{tip}", "takes no annotation"],
    ["m3 /h", "unexpected ' /h'"],
    ["fps", "'fps' is no unit"],
  ])("refuses %s", (code, why) => {
    expect(ucumFault(code)).toContain(why);
  });
});
