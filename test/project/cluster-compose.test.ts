import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { MAX_PACKET_BYTES } from "../../base/channels.ts";
import { configSchema } from "../../base/config/index.ts";
import { QUESTIONS } from "../helpers/haproxy.ts";
import { questionLines, RABBITMQ_LIMITS } from "../helpers/rabbitmq-limits.ts";
import { ROOT } from "./source-files.ts";

interface Service {
  readonly image: string;
  readonly environment: Record<string, string>;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly ports?: string[];
  readonly volumes: string[];
  readonly networks: Record<string, { ipv4_address?: string; aliases?: string[] }> | string[];
  readonly configs?: { source: string; target: string }[];
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, unknown>;
  readonly configs: Record<string, { content: string }>;
}

const parseCompose = (name: string) =>
  parse(readFileSync(ROOT + name, "utf8"), { merge: true, strict: true, uniqueKeys: true }) as Compose;
const { services, volumes, configs } = parseCompose("docker-compose.cluster.yml");
const plain = parseCompose("docker-compose.yml");
const processes = Object.entries(services).filter(([name]) => name.startsWith("platform-"));
const rabbitmq = services.rabbitmq!;
const environmentOf = (value: string | undefined) => value?.replace(/\$\{[A-Z_]+:\?[^}]*\}/, "secret") ?? "";

describe("docker-compose.cluster.yml", () => {
  it("has three processes of one platform, that differ in their names, data and ports alone", () => {
    expect(processes).toHaveLength(3);
    const [, first] = processes[0]!;
    for (const [at, [, process]] of processes.entries()) {
      expect(process.environment).toEqual({ ...first.environment, INSTANCE_ID: String(at + 1) });
      expect(process.depends_on).toEqual({
        database: { condition: "service_healthy" },
        rabbitmq: { condition: "service_healthy" },
      });
    }
    expect(new Set(processes.flatMap(([, { ports }]) => ports)).size).toBe(3);
    expect(
      new Set(Object.values(services).flatMap((each) => each.volumes.map((mount) => mount.split(":")[0]))),
    ).toEqual(new Set(Object.keys(volumes)));
  });

  it("sets only what exists, with values that the platform takes, and asks for every secret", () => {
    for (const [, { environment }] of processes) {
      for (const [name, value] of Object.entries(environment)) {
        const schema = configSchema.shape[name as keyof typeof configSchema.shape];
        const given = name === "ADMIN_API_KEY" ? "k".repeat(32) : environmentOf(value);
        expect(schema?.safeParse(given).success, name).toBe(true);
      }
      for (const name of ["SOURCE_AMQP_URL", "SOURCE_AMQP_MANAGEMENT_URL", "DATABASE_URL"])
        expect(services).toHaveProperty(new URL(environmentOf(environment[name])).hostname);
      const { username } = new URL(environmentOf(environment.SOURCE_AMQP_URL));
      expect(username).toBe(rabbitmq.environment.RABBITMQ_DEFAULT_USER);
    }
    expect(rabbitmq.environment.RABBITMQ_DEFAULT_PASS).toMatch(/^\$\{RABBITMQ_PASSWORD:\?/);
  });

  it("lets RabbitMQ alone ask who may log in, at the addresses that answer", () => {
    const from = processes[0]![1].environment.SOURCE_AMQP_AUTH_FROM;
    expect((rabbitmq.networks as Record<string, { ipv4_address?: string }>).cluster?.ipv4_address).toBe(from);
    const { paths } = JSON.parse(readFileSync(`${ROOT}test/api/openapi.json`, "utf8")) as { paths: object };
    expect(paths).toHaveProperty(["/v1/cluster-logins/{question}"]);
    const conf = configs["rabbitmq-conf"]!.content;
    const asked = [
      ...conf.matchAll(/^auth_http\.(\w+)_path = http:\/\/(\w+):8080\/v1\/cluster-logins\/(\w+)$/gm),
    ];
    expect(asked.map(([, what, host, question]) => [what, host, question])).toEqual(
      ["user", "vhost", "resource", "topic"].map((each) => [each, "platform", each]),
    );
    for (const [, { networks }] of processes)
      expect(networks).toEqual({ cluster: { aliases: ["platform"] } });
    // Its own user is known to it alone, and is asked for first; what a device may use is kept, who it is is not.
    const docs = readFileSync(`${ROOT}docs/cluster.md`, "utf8");
    for (const line of questionLines("platform:8080")) {
      expect(conf).toContain(`${line}\n`);
      expect(docs).toContain(`\n${line}\n`);
    }
    expect(docs).toContain(`\n${QUESTIONS}\n`);
  });

  it("bounds what a device may send and keep, as the documents and our own nodes do", () => {
    expect(RABBITMQ_LIMITS).toContain(`mqtt.max_packet_size_authenticated = ${MAX_PACKET_BYTES}`);
    const docs = readFileSync(`${ROOT}docs/cluster.md`, "utf8").replaceAll(/^ +/gm, "");
    for (const line of RABBITMQ_LIMITS) {
      expect(configs["rabbitmq-conf"]!.content).toContain(`${line}\n`);
      expect(docs).toContain(`${line}\n`);
    }
  });

  it("keeps what RabbitMQ reads of a device into small buffers, as the document says", () => {
    const lines =
      readFileSync(`${ROOT}docs/cluster.md`, "utf8").match(/^mqtt\.tcp_listen_options\..*$/gm) ?? [];
    expect(lines.map((line) => line.split(" = ")[0])).toEqual(
      ["backlog", "nodelay", "sndbuf", "recbuf"].map((name) => `mqtt.tcp_listen_options.${name}`),
    );
    for (const line of lines) expect(configs["rabbitmq-conf"]!.content.split("\n")).toContain(line);
  });

  it("has the plugins that the documents name, the release of Debian 13, and the database of the plain file", () => {
    const named =
      /plugins `([\s\S]*?) on each/.exec(readFileSync(`${ROOT}docs/cluster.md`, "utf8"))?.[1] ?? "";
    const plugins = configs["rabbitmq-plugins"]!.content;
    const wanted = named.match(/rabbitmq_\w+/g) ?? [];
    expect(wanted.length).toBeGreaterThan(3);
    for (const plugin of [...wanted, "rabbitmq_auth_backend_http", "rabbitmq_auth_backend_cache"])
      expect(plugins).toContain(plugin);
    expect(plugins.trim()).toMatch(/^\[[a-z_,]+\]\.$/);
    expect(rabbitmq.image).toBe("rabbitmq:4.0.5-management");
    expect(services.database!.image).toBe(plain.services.database!.image);
    expect(configs["platform-role"]!.content).toBe(plain.configs["platform-role"]!.content);
    expect(services.database!.ports).toBeUndefined();
  });
});
