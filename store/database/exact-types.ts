import pg from "pg";
import { readJson } from "../../base/exact-json.ts";

/**
 * For questions about what devices have sent, and about what people keep with them: numbers in jsonb stay what they were.
 * Not for all questions: an area of 50,000 points has long numbers that are JavaScript's own.
 */
export const exactJson = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.JSONB ? readJson : pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig;
