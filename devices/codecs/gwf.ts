import { ByteReader, bitNames, byteHex, hexOf } from "./byte-reader.ts";
import { type Codec, type CodecUplink, type Decoded, refused } from "./codec.ts";
import { cubicMetres, decodedBy, reading, standingEvents } from "./items.ts";
import { utcText } from "./moments.ts";

/** GWF's radio module RCM-LRW10 of water and gas meters. */

const PROTOCOLS: Readonly<Record<number, string>> = { 1: "standard", 2: "noDueDate" };
const MEDIA: Readonly<Record<number, string>> = { 3: "gas", 6: "hotWater", 7: "water" };

const M_BUS_LOW_BATTERY = 4;
const FLAGS = [undefined, "continuous_flow", undefined, "broken_pipe", undefined, "low_battery", "back_flow"];
const EVENTS = {
  continuous_flow: "leak",
  broken_pipe: "leak",
  low_battery: "low_battery",
  back_flow: "reverse_flow",
};

/** Three letters of five bits each, as M-Bus writes makers (EN 13757-3). */
function manufacturerOf(code: number): string {
  const letter = (shift: number) => String.fromCharCode(((code >> shift) & 0x1f) + 64);
  return letter(10) + letter(5) + letter(0);
}

/** Litres of the register's last digit, by its VIF: 10 to 17 are volumes (EN 13757-3). */
const litresOf = (vif: number): number | undefined =>
  vif >= 0x10 && vif <= 0x17 ? 10 ** (vif - 0x13) : undefined;

function decodeGwf({ bytes, receivedAt, settings }: CodecUplink): Decoded {
  if (bytes.length !== 20) return refused("length", "end", `${bytes.length} bytes, expected 20`);
  const reader = new ByteReader(bytes);
  const protocol = reader.byte("protocol");
  if (PROTOCOLS[protocol] === undefined)
    return refused("value", "byte 0 (protocol)", `${byteHex(protocol)}, expected 01 or 02`);
  const manufacturer = manufacturerOf(reader.uintLow(2, "manufacturer"));
  const meter = hexOf(reader.take(4, "id").toReversed());
  if (!/^\d+$/.test(meter)) return refused("value", "byte 3 (id)", `${meter}, expected digits`);
  const medium = reader.byte("medium");
  const status = reader.byte("M-Bus status");
  const age = reader.uintLow(2, "age");
  const vif = reader.byte("VIF");
  const register = reader.uintLow(4, "register");
  const flags = bitNames(reader.byte("flags"), FLAGS);
  const rest = reader.byte("battery");
  if ((rest & 4) !== 0) flags.push("link_error");
  const litres = litresOf(vif) ?? settings?.litresPerPulse;
  const observedAt = utcText(receivedAt);
  const lowBattery = (status & M_BUS_LOW_BATTERY) !== 0;
  return decodedBy(reader, [
    reading({
      observedAt,
      ...(litres === undefined ? {} : { volume: cubicMetres(register * litres) }),
      register,
      vif: byteHex(vif),
      flags,
      low_battery_m_bus: lowBattery,
      battery_half_years: rest >> 3,
      // Its unit is not known, so the reading's time is that of its arrival.
      age,
      meter,
      manufacturer,
      medium: MEDIA[medium] ?? medium,
      protocol: PROTOCOLS[protocol],
      crc: reader.hex(2, "CRC"),
    }),
    ...standingEvents(observedAt, lowBattery ? [...new Set([...flags, "low_battery"])] : flags, EVENTS),
  ]);
}

export const GWF: readonly Codec[] = [
  {
    model: "gwf-rcm-lrw10",
    maker: "GWF",
    measures: "register of a water or gas meter, battery, flags",
    decode: decodeGwf,
  },
];
