import { ByteReader, byteHex } from "./byte-reader.ts";
import type { Codec, CodecItem, CodecUplink, Decoded } from "./codec.ts";
import { decodedBy, pulsesOf, reading } from "./items.ts";
import { utcText } from "./moments.ts";

/** Fludia's FM432g, which counts the pulses of gas meters. */

const MINUTE_MS = 60_000;
/** Registers and steps count tenths. */
const TENTHS = 10;

/** The register at the moment of arrival, and the steps that led to it, the newest last. */
function seriesOf(reader: ByteReader, { receivedAt, settings }: CodecUplink): CodecItem[] {
  const minutes = reader.byte("step");
  const newest = reader.uint(4, "index");
  const steps: number[] = [];
  while (reader.left > 0) steps.push(reader.uint(2, "increment"));
  if (steps.length < 1) reader.fail("length", "increment", "none, expected one or more");
  const registers = [newest];
  for (const step of steps.toReversed()) registers.push(registers.at(-1)! - step);
  if (registers.at(-1)! < 0)
    reader.fail("value", "index", `${newest}, expected at least the sum of its steps`, 2);
  return registers
    .map((register, back) =>
      reading({
        observedAt: utcText(receivedAt - back * minutes * MINUTE_MS),
        ...pulsesOf(new Map([[1, register / TENTHS]]), settings),
        frame: "T1",
        step_minutes: minutes,
      }),
    )
    .toReversed();
}

function summaryOf(reader: ByteReader, { receivedAt, settings }: CodecUplink): CodecItem[] {
  const starts = reader.byte("starts");
  const unknown = reader.hex(2, "unknown");
  const parameters = reader.byte("parameter id");
  const firmware = reader.byte("firmware");
  const alsoUnknown = reader.hex(2, "unknown");
  const register = reader.uint(4, "index");
  const item = {
    observedAt: utcText(receivedAt),
    ...pulsesOf(new Map([[1, register / TENTHS]]), settings),
    frame: "T2",
    starts,
    parameters,
    firmware,
    step_minutes: reader.byte("step"),
    values: reader.byte("number of values"),
    redundancy: reader.byte("redundancy"),
    unknown: unknown + alsoUnknown,
  };
  reader.expectEnd();
  return [reading(item)];
}

function decodeFludia(uplink: CodecUplink): Decoded {
  const { bytes } = uplink;
  const reader = new ByteReader(bytes);
  const type = reader.byte("type");
  if (type === 0x6d) {
    if (bytes.length < 8 || bytes.length > 46 || bytes.length % 2 !== 0)
      reader.fail(
        "length",
        "end",
        `${bytes.length} bytes, expected an even number from 8 to 46`,
        bytes.length,
      );
    return decodedBy(reader, reader.fault ? [] : seriesOf(reader, uplink));
  }
  if (type === 0x6e) {
    if (bytes.length !== 15) reader.fail("length", "end", `${bytes.length} bytes, expected 15`, bytes.length);
    return decodedBy(reader, reader.fault ? [] : summaryOf(reader, uplink));
  }
  reader.fail("unknown", "type", `${byteHex(type)}, expected 6D or 6E`, 0);
  return decodedBy(reader, []);
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
