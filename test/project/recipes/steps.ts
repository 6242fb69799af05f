import { readFileSync } from "node:fs";
import type { ProjectCopy } from "./project-copy.ts";

/** The recipes of CONTRIBUTING.md under "To add …", each followed to its end in a copy of the project. */
export const RECIPES: Readonly<Record<string, (copy: ProjectCopy) => Promise<void>>> = {
  "A device kind": addKind,
  "A route": addRoute,
  "A protocol": addProtocol,
  "A setting": addSetting,
};

async function addKind(copy: ProjectCopy): Promise<void> {
  for (const name of ["kind", "simulate", "examples"]) {
    copy.write(
      `devices/kinds/rain-gauge/${name}.ts`,
      copy
        .read(`devices/kinds/example/${name}.ts`)
        .replaceAll("exampleExamples", "rainGaugeExamples")
        .replaceAll("exampleScenarios", "rainGaugeScenarios")
        .replaceAll("simulateExample", "simulateRainGauge")
        .replace("export const example ", "export const rainGauge ")
        .replace('kind: "example"', 'kind: "rain-gauge"'),
    );
  }
  copy.insertAfter(
    "devices/catalog.ts",
    'import { loraGateway } from "./kinds/lora-gateway/kind.ts";\n',
    'import { rainGauge } from "./kinds/rain-gauge/kind.ts";\n',
  );
  copy.insertAfter("devices/catalog.ts", "  loraGateway,\n  example,", "\n  rainGauge,");
}

async function addRoute(copy: ProjectCopy): Promise<void> {
  copy.write(
    "store/places/count-villages.ts",
    `import type { Db } from "../database/index.ts";

/** How many villages the platform knows. */
export async function countVillages(db: Db): Promise<number> {
  const { rows } = await db.query<{ n: number }>("select count(*)::int as n from regions where length(code) = 12");
  return rows[0]!.n;
}
`,
  );
  copy.insertAfter(
    "store/places/index.ts",
    'from "./device-key.ts";\n',
    'export { countVillages } from "./count-villages.ts";\n',
  );
  copy.write(
    "api/villages/schema.ts",
    `import { z } from "zod";

export const villageCountSchema = z.object({ villages: z.int().min(0).describe("Villages with a statutory code.") });
`,
  );
  copy.write(
    "api/villages/routes.ts",
    `import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Pool } from "../../store/database/index.ts";
import { countVillages } from "../../store/places/index.ts";
import type { Allow } from "../guard.ts";
import { problems } from "../problem.ts";
import { villageCountSchema } from "./schema.ts";

export interface VillagesOptions {
  readonly pool: Pool;
  readonly allow: Allow;
}

/** Figures about villages. */
export const villagesRoutes: FastifyPluginAsyncZod<VillagesOptions> = async (app, { pool, allow }) => {
  app.get(
    "/villages/count",
    {
      onRequest: allow("regions:read"),
      schema: {
        operationId: "countVillages",
        tags: ["regions"],
        summary: "How many villages there are",
        querystring: z.strictObject({}),
        response: { 200: villageCountSchema, ...problems() },
      },
    },
    async () => ({ villages: await countVillages(pool) }),
  );
};
`,
  );
  copy.insertAfter(
    "api/app.ts",
    'import { tenantsRoutes } from "./tenants/routes.ts";\n',
    'import { villagesRoutes } from "./villages/routes.ts";\n',
  );
  copy.insertAfter(
    "api/app.ts",
    "  await app.register(regionsRoutes, { prefix, allow });\n",
    "  await app.register(villagesRoutes, { prefix, pool, allow });\n",
  );
  copy.insertAfter(
    "test/api/reads.test.ts",
    "const PRIMARY: Record<string, string> = {\n",
    '  countVillages: "of now",\n',
  );
}

async function addProtocol(copy: ProjectCopy): Promise<void> {
  const door = readFileSync(new URL("lines-protocol.txt", import.meta.url), "utf8");
  copy.write("protocols/lines/protocol.ts", door);
  copy.write(
    "protocols/lines/README.md",
    `# protocols/lines: readings as lines of text

Each line is one reading of a rain gauge, \`<id> <token> <rain in mm>\`.
The answer \`ok\` means that it is stored, \`refused\` that it is on record as refused.
No command goes this way.
`,
  );
  copy.insertAfter(
    "app/protocols.ts",
    'import type { Protocol } from "../exchange/protocol.ts";\n',
    'import { lines } from "../protocols/lines/protocol.ts";\n',
  );
  copy.insertAfter("app/protocols.ts", "[mqttSource", ", lines");
  copy.write(
    "base/config/lines.ts",
    `import { z } from "zod";

/** Readings as lines of text. */
export const linesSettings = {
  LINES_PORT: z.coerce.number().int().min(0).max(65_535).optional().describe("The port for readings as lines."),
};
`,
  );
  copy.insertAfter(
    "base/config/index.ts",
    'instanceSettings } from "./instance.ts";\n',
    'import { linesSettings } from "./lines.ts";\n',
  );
  copy.insertAfter("base/config/index.ts", "  ...sourceSettings,\n", "  ...linesSettings,\n");
  copy.insertAfter("scripts/settings-zh.ts", SETTINGS_ZH, '  LINES_PORT: "按行上报读数的端口。",\n');
  await writeSettings(copy);
}

const SETTINGS_ZH = "export const SETTINGS_ZH: Record<keyof Config, string> = {\n";

async function writeSettings(copy: ProjectCopy): Promise<void> {
  const { code, output } = await copy.run("npm", ["run", "env:example"]);
  if (code !== 0) throw new Error(output);
  for (const file of [".env.example", "README.md", "README.zh-CN.md"]) copy.touched.add(file);
}

async function addSetting(copy: ProjectCopy): Promise<void> {
  copy.insertAfter(
    "base/config/start.ts",
    "export const startSettings = {\n",
    '  GREETING: z.string().default("nihao").describe("What the platform says first of all."),\n',
  );
  copy.insertAfter("scripts/settings-zh.ts", SETTINGS_ZH, '  GREETING: "平台启动时的问候语。",\n');
  await writeSettings(copy);
}
