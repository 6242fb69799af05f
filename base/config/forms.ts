import { isIP } from "node:net";
import { z } from "zod";

export const port = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe(about);

/** The port of a listener that can be turned off. */
export const portOrOff = (fallback: number | "off", about: string) =>
  z
    .union([z.literal("off"), z.coerce.number().int().min(0).max(65_535)], {
      error: ({ input }) => `'${String(input)}', expected a port (0 to 65535) or off`,
    })
    .default(fallback)
    .describe(about);

/** A limit on connections; 0 for none. */
export const connectionLimit = (about: string, fallback = 0) =>
  z.coerce.number().int().min(0).max(10_000_000).default(fallback).describe(about);

/** Splits a list at its commas and trims each part. */
export const splitAtCommas = (text: string): string[] => text.split(",").map((one) => one.trim());

/** An address, or a network such as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  return version > 0 && fits && more.length === 0;
}

/** A list of addresses and networks. */
export const networks = z
  .string()
  .transform(splitAtCommas)
  .refine(
    (each) => each.every(isNetwork),
    "expected addresses or networks such as 10.0.0.5 or 10.0.0.0/24, separated by commas",
  );
