import { isIP } from "node:net";
import { z } from "zod";

export const port = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe(about);

/** Splits a list at its commas and trims each part. */
export const splitAtCommas = (text: string): string[] => text.split(",").map((one) => one.trim());

/** An address, or a network such as 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  return version > 0 && fits && more.length === 0;
}
