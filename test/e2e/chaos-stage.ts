import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addMeters, addSpeakers, type LoadDevice } from "../../bench/fleet.ts";
import { freePort } from "../../bench/peer/local-program.ts";
import { openPool, type Pool } from "../../store/database/index.ts";
import { type Balancer, startBalancer } from "../helpers/balancer.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";
import { type ChaosEngine, type EngineOptions, startEngine } from "./chaos-engine.ts";
import { CAMERA_EVERY } from "./chaos-script.ts";

export const NAMES = ["a", "b", "c"] as const;

/** One of the platform's processes, which keeps its name, folder and ports over its lives. */
interface Place {
  readonly name: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  process: PlatformProcess | undefined;
  paused: boolean;
  /** Resolves when it has started. */
  starting: Promise<unknown>;
  /** True when its end is meant. */
  leaving: boolean;
}

export interface StageOptions extends EngineOptions {
  readonly databaseUrl: string;
  readonly devices: number;
  readonly speakers: number;
}

/** A health check of a load balancer fails so long after a process hangs. */
const NOTICED_MS = 3_000;
/** A server that others use as well may have no connection to give at the moment. */
const STARTS = 5;
const START_AGAIN_MS = 2_000;
/** The village of all the speakers, Guizhou's first. */
const REGION_OF_SPEAKERS = "select code from regions where level = 5 order by code limit 1";

/** One platform of three processes on one database, with the engine in front, and everything that they need. */
export class ChaosStage {
  readonly engine: ChaosEngine;
  readonly pool: Pool;
  readonly meters: readonly LoadDevice[];
  readonly speakers: readonly LoadDevice[];
  readonly village: string;
  /** What the processes wrote that ended, for whoever has to look into a failure. */
  readonly logs: string[] = [];
  /** Processes that ended although nobody ended them. */
  readonly unexpected: string[] = [];
  private readonly folder: string;
  private readonly options: StageOptions;
  private readonly places: readonly Place[];
  private readonly mqtt: Balancer;

  private constructor(
    made: Pick<ChaosStage, "engine" | "pool" | "meters" | "speakers" | "village"> & {
      folder: string;
      places: readonly Place[];
      mqtt: Balancer;
    },
    options: StageOptions,
  ) {
    this.engine = made.engine;
    this.pool = made.pool;
    this.meters = made.meters;
    this.speakers = made.speakers;
    this.village = made.village;
    this.folder = made.folder;
    this.places = made.places;
    this.mqtt = made.mqtt;
    this.options = options;
  }

  /** None of them outlives whoever plays the story, however that ends. */
  private readonly killNow = (): void => {
    for (const place of this.places) {
      place.leaving = true;
      if (place.process?.running) place.process.child.kill("SIGKILL");
    }
  };

  /** Starts the engine and three processes; devices are in the database before them. */
  static async open(options: StageOptions, report: (line: string) => void): Promise<ChaosStage> {
    const folder = await mkdtemp(join(tmpdir(), "sbi-chaos-"));
    const places: Place[] = [];
    for (const name of NAMES) {
      const [httpPort, mqttPort] = [await freePort(), await freePort()];
      places.push({
        name,
        httpPort,
        mqttPort,
        process: undefined,
        paused: false,
        starting: Promise.resolve(),
        leaving: false,
      });
    }
    const engine = await startEngine({ ...options, httpPorts: places.map(({ httpPort }) => httpPort) });
    report("the engine is there");
    const pool = openPool({ url: options.databaseUrl, size: 4, applicationName: "chaos" }, () => {});
    const mqtt = await startBalancer();
    const made = { engine, pool, folder, places, mqtt, meters: [], speakers: [], village: "" };
    const first = new ChaosStage(made, options);
    try {
      // The first start makes the tables and the regions.
      await first.start("a", { SEED: "regions" });
      places[0]!.leaving = true;
      await places[0]!.process!.end("SIGTERM");
      const village = (await pool.query<{ code: string }>(REGION_OF_SPEAKERS)).rows[0]!.code;
      const meters = await addMeters(pool, options.devices);
      await pool.query(
        "update devices set kind = 'camera' where id like 'meter-%' and substr(id, 7)::int % $1 = 0",
        [CAMERA_EVERY],
      );
      const speakers = await addSpeakers(pool, options.speakers, { regionCode: village });
      const stage = new ChaosStage({ ...made, village, meters, speakers }, options);
      process.once("exit", stage.killNow);
      await Promise.all(NAMES.map((name) => stage.start(name)));
      await Promise.all(places.map(untilItTakesMessages));
      return stage;
    } catch (error) {
      await first.end();
      throw error;
    }
  }

  /** Ports of processes that run. */
  httpPorts(): readonly number[] {
    return this.running().map(({ httpPort }) => httpPort);
  }
  /** Ports where devices may connect: the engine's, or those of processes that run. */
  ports(): readonly number[] {
    return this.engine.ports() ?? this.doors();
  }
  doors(): readonly number[] {
    return this.running().map(({ mqttPort }) => mqttPort);
  }
  /** One address for the doors of all processes. */
  get doorPort(): number {
    return this.mqtt.port;
  }
  /** How the processes are, e.g. `abC`: the third one is paused, and a missing one is away. */
  get state(): string {
    return this.places
      .map(({ name, process, paused }) => (process?.running ? (paused ? name.toUpperCase() : name) : "-"))
      .join("");
  }
  /** A process that runs. */
  any(): PlatformProcess {
    return this.running()[0]!.process!;
  }

  start(name: string, more: Record<string, string> = {}): Promise<void> {
    const place = this.placeOf(name);
    const starting = this.startAt(place, more);
    place.starting = starting.catch(() => {});
    return starting;
  }

  private async startAt(place: Place, more: Record<string, string>): Promise<void> {
    const { name } = place;
    place.leaving = false;
    const started = await this.supervise({
      dataDir: join(this.folder, name),
      databaseUrl: this.options.databaseUrl,
      env: {
        INSTANCE_ID: name,
        BROADCAST_KEYS_DIR: join(this.folder, "keys"),
        HTTP_PORT: String(place.httpPort),
        MQTT_PORT: String(place.mqttPort),
        // Three processes have to fit beside others on the server of a developer.
        DATABASE_POOL_SIZE: "4",
        DATABASE_URGENT_POOL_SIZE: "2",
        SEED: "none",
        ...this.engine.env(name),
        ...more,
      },
    });
    started.child.once("exit", (code, signal) => {
      if (!place.leaving) this.unexpected.push(`${name} (${signal ?? code})`);
    });
    place.process = started;
    this.lead();
  }

  /** Starts a process as whatever supervises it does: again, where it ended at once. */
  private async supervise(options: PlatformProcessOptions): Promise<PlatformProcess> {
    for (let left = STARTS; ; left--) {
      try {
        return await PlatformProcess.start(options);
      } catch (error) {
        if (left === 1) throw error;
        this.logs.push(String(error));
        await sleep(START_AGAIN_MS);
      }
    }
  }

  /** How many run, and are not paused. */
  get count(): number {
    return this.running().length;
  }

  async kill(name: string): Promise<void> {
    const place = this.placeOf(name);
    await place.starting;
    place.leaving = true;
    await place.process!.end("SIGKILL");
    this.keepLog(place);
    this.lead();
  }

  pause(name: string): void {
    const place = this.placeOf(name);
    place.paused = true;
    place.process!.signal("SIGSTOP");
    void sleep(NOTICED_MS).then(() => this.lead());
  }

  /** Lets a process go on, or starts it again. */
  async bringBack(name: string): Promise<void> {
    const place = this.placeOf(name);
    if (place.paused) {
      place.paused = false;
      place.process!.signal("SIGCONT");
      this.lead();
      // One that has lost its name would end by itself.
      return;
    }
    if (!place.process?.running) await this.start(name);
  }

  /** Of a process's resident memory, by name, in bytes. */
  memory(): Record<string, number> {
    return Object.fromEntries(
      this.places
        .filter(({ process }) => process?.running)
        .map(({ name, process }) => [name, residentBytes(process!.child.pid!)]),
    );
  }

  async end(): Promise<void> {
    process.off("exit", this.killNow);
    await Promise.all(
      this.places.map(async (place) => {
        await place.starting;
        place.leaving = true;
        if (place.paused) place.process!.signal("SIGCONT");
        await place.process?.end("SIGTERM");
        this.keepLog(place);
      }),
    );
    await this.engine.end();
    this.mqtt.close();
    await this.pool.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private running(): readonly Place[] {
    return this.places.filter(({ process, paused }) => process?.running && !paused);
  }

  private placeOf(name: string): Place {
    return this.places.find((place) => place.name === name)!;
  }

  private lead(): void {
    this.mqtt.lead(this.doors());
    this.engine.askAt(this.httpPorts());
  }

  private keepLog({ name, process }: Place): void {
    if (process) this.logs.push(`== ${name}\n${process.log}`);
  }
}

/** Not ready in another way is no matter here. */
async function untilItTakesMessages({ httpPort }: Place): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
    const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean; detail?: string }[] };
    const doors = checks.filter(({ name }) => name === "amqp" || name === "source");
    if (doors.every(({ ok, detail }) => ok && detail === undefined)) return;
    await sleep(100);
  }
}

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
