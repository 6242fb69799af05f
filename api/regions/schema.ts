import { z } from "zod";
import { location, pageQuery, regionCode, regionLevel } from "../schemas.ts";

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

export const regionListQuery = z.strictObject({
  parent: regionCode.optional().describe("The region whose children are listed; without it, the provinces."),
  ...pageQuery(1000, 5000),
});

export const regionParams = z.object({ code: regionCode });
