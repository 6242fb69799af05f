import { MINUTE_MS } from "../local-time.ts";
import { ByteReader, byteHex } from "./byte-reader.ts";
import { type Codec, type CodecItem, type CodecUplink, type Decoded, refused } from "./codec.ts";
import { decodedBy, pulsesOf, reading } from "./items.ts";
import { utcText } from "./moments.ts";

/** Fludia's FM432g, which counts the pulses of gas meters. */

/** Registers and steps count tenths. */
const TENTHS = 10;

/** The register at the moment of arrival, and the steps that led to it, the newest last. */
function seriesOf(reader: ByteReader, { receivedAt, settings }: CodecUplink): CodecItem[] {
  const minutes = reader.byte("step");
  const newest = reader.uint(4, "index");
  const steps: number[] = [];
  while (reader.left > 0) steps.push(reader.uint(2, "increment"));
  const registers = [newest];
  for (const step of steps.toReversed()) registers.push(registers.at(-1)! - step);
  if (registers.at(-1)! < 0)
    reader.fail("value", "index", `${newest}, expected at least the sum of its steps`, 2);
  return registers
    .map((register, back) =>
      reading({
        observedAt: utcText(receivedAt - back * minutes * MINUTE_MS),
        ...pulsesOf({ 1: register / TENTHS }, settings),
        frame: "T1",
        step_minutes: minutes,
      }),
    )
    .toReversed();
}

function summaryOf(reader: ByteReader, { receivedAt, settings }: CodecUplink): CodecItem {
  const starts = reader.byte("starts");
  const unknown = reader.hex(2, "unknown");
  const parameters = reader.byte("parameter id");
  const firmware = reader.byte("firmware");
  const alsoUnknown = reader.hex(2, "unknown");
  const register = reader.uint(4, "index");
  return reading({
    observedAt: utcText(receivedAt),
    ...pulsesOf({ 1: register / TENTHS }, settings),
    frame: "T2",
    starts,
    parameters,
    firmware,
    step_minutes: reader.byte("step"),
    values: reader.byte("number of values"),
    redundancy: reader.byte("redundancy"),
    unknown: unknown + alsoUnknown,
  });
}

function decodeFludia(uplink: CodecUplink): Decoded {
  const { length } = uplink.bytes;
  const reader = new ByteReader(uplink.bytes);
  const type = reader.byte("type");
  const wrongLength = (expected: string) =>
    refused("length", `byte ${length} (end)`, `${length} bytes, expected ${expected}`);
  if (type === 0x6d) {
    if (length < 8 || length > 46 || length % 2 !== 0) return wrongLength("an even number from 8 to 46");
    return decodedBy(reader, seriesOf(reader, uplink));
  }
  if (type !== 0x6e) return refused("unknown", "byte 0 (type)", `${byteHex(type)}, expected 6D or 6E`);
  return length === 15 ? decodedBy(reader, [summaryOf(reader, uplink)]) : wrongLength("15");
}

export const FLUDIA: readonly Codec[] = [
  {
    model: "fludia-fm432g",
    maker: "Fludia",
    measures: "pulses of a gas meter, with those of the steps before",
    ports: [129],
    decode: decodeFludia,
  },
];
