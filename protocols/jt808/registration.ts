import { readGbk } from "./gbk.ts";
import { type Jt808Message, nameOfId } from "./message.ts";

/** What a terminal says of itself when it registers and logs in. Pure. */

export interface Registration {
  readonly edition: "2011" | "2013" | "2019";
  readonly province: number;
  readonly city: number;
  readonly maker: string;
  readonly model: string;
  readonly terminalId: string;
  /** 0: the vehicle has no plate, and `plate` is the number of its frame. */
  readonly plateColour: number;
  readonly plate: string;
}

/** Why a registration or a login is not read, although its frame is right; undefined where it is. */
export function whyUnread({
  id,
  encryption,
  part,
}: Pick<Jt808Message, "id" | "encryption" | "part">): string | undefined {
  if (encryption !== 0) return `${nameOfId(id)}: encrypted`;
  return part && `${nameOfId(id)}: part ${part.index} of ${part.total}, and it is read in one frame only`;
}

/** The bytes of maker, model and terminal id. */
const LAYOUTS = { "2011": [5, 8, 7], "2013": [5, 20, 7], "2019": [11, 30, 30] } as const;

/** @returns undefined for a body that is shorter than what must be there */
export function readRegistration(body: Buffer, is2019: boolean): Registration | undefined {
  // The two older editions carry no version: what is too short for 2013 is of 2011.
  const edition = is2019 ? "2019" : body.length < 4 + 32 + 1 ? "2011" : "2013";
  const [maker, model, terminalId] = LAYOUTS[edition];
  const fixed = 4 + maker + model + terminalId;
  if (body.length <= fixed) return undefined;
  const textAt = (from: number, length: number) => readGbk(body.subarray(from, from + length));
  return {
    edition,
    province: body.readUInt16BE(0),
    city: body.readUInt16BE(2),
    maker: textAt(4, maker),
    model: textAt(4 + maker, model),
    terminalId: textAt(4 + maker + model, terminalId),
    plateColour: body[fixed]!,
    plate: textAt(fixed + 1, body.length),
  };
}

export interface LoginWords {
  readonly code: string;
  readonly imei?: string;
  readonly software?: string;
}

const [IMEI_BYTES, SOFTWARE_BYTES] = [15, 20];

/**
 * The code and, since 2019, its length before it, and what the terminal says of itself behind it. Some terminals of 2019 leave
 * out the latter, or send the code alone as before.
 */
export function readLogin(body: Buffer, is2019: boolean): LoginWords {
  const length = body[0] ?? 0;
  if (is2019 && body.length === 1 + length) return { code: readGbk(body.subarray(1)) };
  if (!is2019 || body.length < 1 + length + IMEI_BYTES) return { code: readGbk(body) };
  const imeiAt = 1 + length;
  const softwareAt = imeiAt + IMEI_BYTES;
  return {
    code: readGbk(body.subarray(1, imeiAt)),
    imei: readGbk(body.subarray(imeiAt, softwareAt)),
    software: readGbk(body.subarray(softwareAt, softwareAt + SOFTWARE_BYTES)),
  };
}
