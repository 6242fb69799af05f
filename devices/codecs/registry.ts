import { mayBeMeant, nearestNames } from "../../base/edit-distance.ts";
import { ADEUNIS } from "./adeunis.ts";
import { CJT188 } from "./cjt188.ts";
import { CN_TLV_METER } from "./cn-tlv-meter.ts";
import { type Codec, type CodecUplink, type Decoded, refused } from "./codec.ts";
import { FLUDIA } from "./fludia.ts";
import { GWF } from "./gwf.ts";
import { JOOBY } from "./jooby.ts";
import { MILESIGHT } from "./milesight.ts";
import { SMARTICO } from "./smartico.ts";
import { WATTECO } from "./watteco.ts";

/** Every built-in codec. A new one is a file in this folder and a line here. */
export const CODECS: readonly Codec[] = [
  ...CJT188,
  ...CN_TLV_METER,
  ...SMARTICO,
  ...JOOBY,
  ...GWF,
  ...FLUDIA,
  ...ADEUNIS,
  ...WATTECO,
  ...MILESIGHT,
];

const BY_MODEL: ReadonlyMap<string, Codec> = new Map(CODECS.map((codec) => [codec.model, codec]));

/** An uplink of LoRaWAN has at most 242 bytes, a frame of CJ/T 188 with its preamble 332. */
const MAX_UPLINK_BYTES = 512;

/** The codec of a model; undefined for one that has none built in. */
export const codecOf = (model: string): Codec | undefined => BY_MODEL.get(model);

/**
 * Decodes what came from a device of a model: readings and events in our own JSON, or the faults for which there are none.
 * It never throws.
 */
export function decodeUplink({ model, ...uplink }: CodecUplink & { readonly model: string }): Decoded {
  const codec = codecOf(model);
  const { port, bytes } = uplink;
  if (codec === undefined)
    return refused(
      "model",
      "model",
      `'${model.slice(0, LONGEST_MODEL)}' has no codec${mayBeMeant(nearestModels(model))}`,
    );
  if (port !== undefined && codec.ports?.includes(port) === false)
    return refused("port", "port", `${port}, expected ${codec.ports.join(" or ")}`);
  if (bytes.length === 0) return refused("short", "byte 0", "no bytes");
  if (bytes.length > MAX_UPLINK_BYTES)
    return refused("length", "end", `${bytes.length} bytes, expected at most ${MAX_UPLINK_BYTES}`);
  return codec.decode(uplink);
}

/** The longest text that a device's model can be. */
const LONGEST_MODEL = 64;

/** The models that a misspelt one may stand for. */
const nearestModels = (model: string): string[] =>
  model.length > LONGEST_MODEL ? [] : nearestNames(model, [...BY_MODEL.keys()]);
