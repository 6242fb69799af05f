import { z } from "zod";

export const port = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe(about);

/** Splits a list at its commas and trims each part. */
export const splitAtCommas = (text: string): string[] => text.split(",").map((one) => one.trim());
