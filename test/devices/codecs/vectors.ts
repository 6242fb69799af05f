import { readFileSync } from "node:fs";
import type { Decoded } from "../../../devices/codecs/codec.ts";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import { ROOT } from "../../project/source-files.ts";

/** Published and built examples of what devices send, each with its source. */
export interface CodecVector {
  readonly id: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly fPort?: number;
  readonly hex: string;
  readonly recvTime?: string;
  /** Absent: it is. */
  readonly valid?: boolean;
  readonly reason?: string;
  readonly expect?: Readonly<Record<string, unknown>>;
}

interface VectorFile {
  readonly vectors: readonly CodecVector[];
  readonly total?: number;
  /** By maker, of those that are not here. */
  readonly leftOut?: Readonly<Record<string, number>>;
}

const fileOf = (name: string) =>
  JSON.parse(readFileSync(`${ROOT}devices/codecs/testdata/${name}.json`, "utf8")) as VectorFile;

export const cjt188Vectors = fileOf("cjt188").vectors;
export const meterVectors = fileOf("gas-water-meters").vectors;
export const sensorFile = fileOf("lora-codecs");
export const adeunisVectors = fileOf("adeunis").vectors;
export const allVectors = [...cjt188Vectors, ...meterVectors, ...sensorFile.vectors, ...adeunisVectors];

export const bytesOf = (hex: string) => Buffer.from(hex, "hex");

/** A name of the examples as codecs write it. */
export const snake = (camel: string) => camel.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A moment at which all examples with a clock of their own can have come. */
export const RECEIVED_AT = Date.parse("2026-07-31T00:05:00+08:00");

/** The models of the registry, by the maker and the model of an example. */
const MODELS: Readonly<Record<string, string>> = {
  "smartico G-1.6": "smartico-g1.6",
  "smartico V-LR": "smartico-v-lr",
  "cn-tlv-module meter module": "cn-tlv-meter",
  "jooby GASI/analog": "jooby-analog",
  "gwf RCM-LRW10": "gwf-rcm-lrw10",
  "fludia FM432g": "fludia-fm432g",
  "watteco flash'o": "watteco-flasho",
  "watteco toran'o_atex": "watteco-torano-atex",
  "watteco pulse_sens'o": "watteco-pulse-senso",
  "milesight EM300-DI": "milesight-em300-di",
  "milesight GS101": "milesight-gs101",
  "milesight em300-sld-zld": "milesight-em300-sld",
  "milesight em300-th": "milesight-em300-th",
  "milesight em500-pt100": "milesight-em500-pt100",
  "milesight em500-pp": "milesight-em500-pp",
  "milesight em500-udl": "milesight-em500-udl",
  "milesight vs121": "milesight-vs121",
  "milesight-iot am107": "milesight-am107",
  "adeunis pulse": "adeunis-pulse",
};

export const modelOf = ({ vendor, model }: CodecVector): string | undefined => MODELS[`${vendor} ${model}`];

export const decodeVector = (vector: CodecVector): Decoded =>
  decodeUplink({
    model: modelOf(vector) ?? "cjt188",
    port: vector.fPort,
    bytes: bytesOf(vector.hex),
    receivedAt: vector.recvTime === undefined ? RECEIVED_AT : Date.parse(vector.recvTime),
  });

/** The one item of a channel. */
export function only({ items, faults }: Decoded, channel = "telemetry"): Readonly<Record<string, unknown>> {
  const found = items.filter((one) => one.channel === channel);
  if (found.length !== 1) throw new Error(`${found.length} items of ${channel}: ${JSON.stringify(faults)}`);
  return found[0]!.item;
}

export const eventTypes = ({ items }: Decoded): unknown[] =>
  items.filter(({ channel }) => channel === "events").map(({ item }) => item.type);
