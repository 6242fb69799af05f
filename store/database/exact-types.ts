import pg from "pg";
import { readJson } from "../../base/exact-json.ts";

/**
 * For queries of device data, and of data that people keep with devices: numbers in jsonb stay exactly as they were.
 * Not for all queries: an area of 50,000 points has long numbers that JavaScript wrote.
 */
export const exactJson = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.JSONB ? readJson : pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig;
