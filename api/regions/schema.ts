import { z } from "zod";
import { freeText, location, pageQuery, regionCode, regionLevel } from "../schemas.ts";

const fields = {
  code: regionCode,
  parentCode: z.string().nullable(),
  name: z.string(),
  nameEn: z.string().nullable().describe("In English, or in pinyin."),
  level: regionLevel,
  location: location.nullable(),
  childCount: z.int().describe("Regions directly below."),
};

export const regionSchema = z.object(fields).meta({ id: "Region" });

export const regionDetailSchema = z
  .object({
    ...fields,
    ancestors: z
      .array(z.object({ code: regionCode, name: z.string(), level: regionLevel }))
      .describe("From the province down to the parent."),
    deviceCounts: z
      .record(z.string(), z.int())
      .describe(
        "The number of devices in the region and everything inside, by kind; kinds without a device are left out.",
      ),
  })
  .meta({ id: "RegionDetail" });

export const regionListQuery = z
  .strictObject({
    parent: regionCode
      .optional()
      .describe("The region whose children are listed; without any filter, the provinces."),
    under: regionCode.optional().describe("All regions inside this one, however far below it."),
    level: regionLevel.optional().describe("Regions of this level."),
    q: freeText(50)
      .optional()
      .describe(
        "Part of the name, the beginning of any word of the English name (`wuch`, `daping`), in any case, or the beginning of the code. The higher levels come first.",
      ),
    ...pageQuery(1000, 5000),
  })
  .refine(
    ({ parent, under, level, q }) =>
      parent === undefined || (under === undefined && level === undefined && q === undefined),
    {
      path: ["parent"],
      message: "expected it without under, level and q: those look through whole subtrees",
    },
  );

export const regionParams = z.object({ code: regionCode });
