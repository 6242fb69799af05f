import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configSchema } from "../../base/config/index.ts";
import { projectFiles, ROOT } from "./source-files.ts";

/** What can be known about the image files without an engine that builds them. */
const read = (name: string) => readFileSync(ROOT + name, "utf8");
const settings = configSchema.shape;
const rootFiles = projectFiles().filter((file) => /^[^/]+\.ts$/.test(file));

interface Instruction {
  readonly name: string;
  readonly args: string;
}

/** The instructions of a Dockerfile, with continued lines joined and comments left out. */
function instructions(text: string): Instruction[] {
  return text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n")
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", args = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { name, args };
    });
}

const dockerfile = instructions(read("Dockerfile"));
const argsOf = (name: string, list = dockerfile) =>
  list.filter((instruction) => instruction.name === name).map((instruction) => instruction.args);
const lastStage = dockerfile.slice(dockerfile.map((instruction) => instruction.name).lastIndexOf("FROM"));

describe("the Dockerfile", () => {
  it("holds nothing but instructions", () => {
    for (const { name, args } of dockerfile) {
      expect(
        ["ARG", "FROM", "LABEL", "ENV", "WORKDIR", "COPY", "RUN", "VOLUME", "USER"].concat([
          "EXPOSE",
          "HEALTHCHECK",
          "STOPSIGNAL",
          "CMD",
        ]),
        args,
      ).toContain(name);
    }
  });

  it("builds on one pinned image of a Node version that package.json accepts", () => {
    const image = /^NODE_IMAGE=node:(\d+)\.\d+\.\d+-bookworm-slim$/.exec(argsOf("ARG")[0] ?? "");
    expect(Number(image?.[1])).toBeGreaterThanOrEqual(20);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the Dockerfile's own variable.
    for (const from of argsOf("FROM")) expect(from.split(" ")[0]).toBe("${NODE_IMAGE}");
  });

  it("copies only what exists and what .dockerignore lets through", () => {
    const allowed = new Set(
      read(".dockerignore")
        .split("\n")
        .filter((line) => line.startsWith("!"))
        .map((line) => line.slice(1)),
    );
    const sources = argsOf("COPY")
      .filter((args) => !args.startsWith("--from="))
      .flatMap((args) => args.split(/\s+/).slice(0, -1));
    expect(sources.length).toBeGreaterThan(10);
    for (const source of sources) {
      expect(source === "*.ts" ? rootFiles.length > 0 : existsSync(ROOT + source), source).toBe(true);
      expect(allowed, source).toContain(source);
    }
    expect([...allowed].sort()).toEqual(sources.filter((s, i) => sources.indexOf(s) === i).sort());
  });

  it("copies every folder and root file that the build compiles", () => {
    const copied = new Set(argsOf("COPY").flatMap((args) => args.split(/\s+/)));
    const { exclude } = JSON.parse(read("tsconfig.build.json")) as { exclude: string[] };
    const compiled = projectFiles().filter((file) => file.endsWith(".ts"));
    const tops = new Set(compiled.map((file) => file.split("/")[0] as string));
    for (const top of tops) {
      if (!exclude.includes(top)) expect(copied, top).toContain(rootFiles.includes(top) ? "*.ts" : top);
    }
  });

  it("builds the console as well, whose sources the image that runs does not have", () => {
    const builds = dockerfile.findIndex(({ args }) => args === "npm run build");
    const before = argsOf("COPY", dockerfile.slice(0, builds));
    expect(before).toContain("console console");
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = scripts.build!.split(" && ");
    expect(commands).toEqual(["node scripts/build.mjs", "node scripts/build-console.mjs"]);
    for (const command of commands) expect(before.join(" ")).toContain(command.slice("node ".length));
    expect(argsOf("COPY", lastStage)).toEqual([
      "--from=dependencies /build/node_modules node_modules",
      "--from=build /build/dist ./",
      "LICENSE ./",
    ]);
  });

  it("leaves development and optional packages out of the image that runs", () => {
    const copies = argsOf("COPY", lastStage);
    expect(copies).toContain("--from=dependencies /build/node_modules node_modules");
    const stage = dockerfile.slice(dockerfile.findIndex((line) => line.args.endsWith("AS dependencies")));
    expect(argsOf("RUN", stage)[0]).toMatch(/^npm ci --omit=dev --omit=optional\b/);
  });

  it("runs what the build makes, not as root, and stops on the signal that the platform handles", () => {
    expect(argsOf("USER", lastStage)).toEqual(["node"]);
    expect(argsOf("STOPSIGNAL", lastStage)).toEqual(["SIGTERM"]);
    const command = JSON.parse(argsOf("CMD", lastStage)[0] ?? "") as string[];
    expect(command[0]).toBe("node");
    expect(command.at(-1)).toBe("app/main.js");
    expect(existsSync(`${ROOT}app/main.ts`)).toBe(true);
  });

  it("sets only variables that exist, and keeps its data in the volume", () => {
    const set = (argsOf("ENV", lastStage)[0] ?? "").split(" ").map((pair) => pair.split("="));
    for (const [name] of set) if (name !== "NODE_ENV") expect(Object.keys(settings)).toContain(name);
    expect(Object.fromEntries(set)).toMatchObject({ DATA_DIR: argsOf("VOLUME", lastStage)[0] });
  });

  it("exposes the platform's default ports", () => {
    const { MQTT_PORT, MQTT_WS_PORT, MQTT_TLS_PORT, HTTP_PORT } = settings;
    const defaults = [MQTT_PORT, MQTT_WS_PORT, MQTT_TLS_PORT, HTTP_PORT].map((port) =>
      String(port.parse(undefined)),
    );
    expect(argsOf("EXPOSE", lastStage)[0]?.split(" ")).toEqual(defaults);
  });

  it("asks /livez for its health, in JavaScript that parses", () => {
    const check = argsOf("HEALTHCHECK", lastStage)[0] ?? "";
    const [node, flag, script] = JSON.parse(check.slice(check.indexOf("["))) as string[];
    expect([node, flag]).toEqual(["node", "-e"]);
    expect(script).toContain("/livez");
    expect(() => new Function(script as string)).not.toThrow();
  });
});

describe("docker-compose.yml", () => {
  interface Service {
    image: string;
    environment: Record<string, string>;
    depends_on?: Record<string, { condition: string }>;
    ports?: string[];
    volumes?: string[];
    restart?: string;
    healthcheck?: { test: string[] };
    shm_size?: string;
    configs?: { source: string; target: string }[];
  }
  const text = read("docker-compose.yml");
  const compose = parse(text, { strict: true, uniqueKeys: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
    configs: Record<string, { content: string }>;
  };
  const { platform, database } = compose.services as { platform: Service; database: Service };

  it("has the platform, and a database that it waits for", () => {
    expect(Object.keys(compose.services).sort()).toEqual(["database", "platform"]);
    expect(platform.depends_on).toEqual({ database: { condition: "service_healthy" } });
    expect(database.healthcheck?.test.join(" ")).toContain("pg_isready");
    expect([platform.restart, database.restart]).toEqual(["unless-stopped", "unless-stopped"]);
  });

  it("pins its images", () => {
    expect(database.image).toMatch(/^timescale\/timescaledb:\d+\.\d+\.\d+-pg\d+$/);
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(platform.image).toBe(`smart-broadcast-iot:${version}`);
  });

  it("gives the platform only variables that exist, with defaults that are the schema's own", () => {
    for (const [name, value] of Object.entries(platform.environment)) {
      expect(Object.keys(settings)).toContain(name);
      const fallback = /^\$\{([A-Z_]+):-(.*)\}$/.exec(value);
      if (fallback === null) continue;
      expect(fallback[1]).toBe(name);
      const schema = settings[name as keyof typeof settings];
      expect(schema.parse(fallback[2]), name).toEqual(schema.parse(undefined));
    }
  });

  it("takes its secrets from .env, and refuses to start without them", () => {
    const { POSTGRES_PASSWORD, PLATFORM_PASSWORD } = database.environment;
    for (const value of [platform.environment.ADMIN_API_KEY, POSTGRES_PASSWORD, PLATFORM_PASSWORD]) {
      expect(value).toMatch(/^\$\{[A-Z_]+:\?[^}]+\}$/);
    }
    expect(read(".gitignore").split("\n")).toContain(".env");
  });

  it("connects to the database that it starts, as its owner and as a role that owns nothing", () => {
    const urlOf = (name: "DATABASE_URL" | "DATABASE_OWNER_URL") => {
      const url = platform.environment[name]?.replace(/\$\{[A-Z_]+_PASSWORD:\?[^}]*\}/, "secret") ?? "";
      expect(settings[name].safeParse(url).success).toBe(true);
      return new URL(url);
    };
    const [url, owner] = [urlOf("DATABASE_URL"), urlOf("DATABASE_OWNER_URL")];
    for (const { hostname, port, pathname } of [url, owner]) {
      expect(compose.services).toHaveProperty(hostname);
      expect(port).toBe("5432");
      expect(pathname.slice(1)).toBe(database.environment.POSTGRES_DB);
    }
    expect(owner.username).toBe(database.environment.POSTGRES_USER);
    expect(platform.environment.DATABASE_OWNER_URL).toContain("{POSTGRES_PASSWORD:");
    expect(platform.environment.DATABASE_URL).toContain("{PLATFORM_PASSWORD:");
    // Made with the database, with no right but to log in.
    const script = compose.configs["platform-role"]!.content;
    expect(database.configs).toEqual([
      {
        source: "platform-role",
        target: expect.stringMatching(/^\/docker-entrypoint-initdb\.d\/\d+_\w+\.sh$/),
      },
    ]);
    expect(url.username).not.toBe(owner.username);
    expect(script).toContain(`create role ${url.username} login password :'password';`);
    // A single dollar is Compose's own, and would put the secret into the container's description.
    expect(script.replaceAll("$$", "")).not.toContain("$");
    expect(script).toContain('--set password="$$PLATFORM_PASSWORD"');
  });

  it("publishes to the network what is encrypted alone, the other ports to this machine, and not the database's", () => {
    const exposed = argsOf("EXPOSE")[0]!.split(" ");
    const tls = String(settings.MQTT_TLS_PORT.parse(undefined));
    expect(exposed).toContain(tls);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's own variable.
    const here = "${PLAIN_ADDRESS:-127.0.0.1}:";
    expect([...platform.ports!].sort()).toEqual(
      exposed.map((port) => `${port === tls ? "" : here}${port}:${port}`).sort(),
    );
    expect(database.ports).toBeUndefined();
  });

  it("keeps both services' data in named volumes", () => {
    const mounts = [...(platform.volumes ?? []), ...(database.volumes ?? [])].map((mount) =>
      mount.split(":"),
    );
    expect(mounts.map(([name]) => name)).toEqual(Object.keys(compose.volumes));
    expect(mounts[0]?.[1]).toBe(argsOf("VOLUME")[0]);
    expect(database.shm_size).toMatch(/^\d+mb$/);
  });
});

describe("the build script", () => {
  it("copies assets that exist and that the code reads", () => {
    const assets = JSON.parse(
      /const ASSETS = (\[[^\]]*\])/.exec(read("scripts/build.mjs"))?.[1] ?? "[]",
    ) as string[];
    expect(assets).toContain("package.json");
    for (const asset of assets) expect(statSync(ROOT + asset), asset).toBeTruthy();
    const data = projectFiles().some((file) => file === "seeds/regions.ts" && read(file).includes("./data/"));
    expect(data && assets.includes("seeds/data")).toBe(true);
    expect(assets).toContain("store/migrations");
  });
});
