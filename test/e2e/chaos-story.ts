import { setTimeout as sleep } from "node:timers/promises";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { ChaosBroadcasts, type Ended, type Stopped } from "./chaos-broadcast.ts";
import {
  checkAlarms,
  checkContents,
  checkEnded,
  checkLedgers,
  checkSilence,
  checkStopped,
  checkStreams,
  type Finding,
} from "./chaos-check.ts";
import { ChaosDevice } from "./chaos-device.ts";
import type { EngineName } from "./chaos-engine.ts";
import { type Blow, describeBlow, planBlows } from "./chaos-plan.ts";
import { CAMERA_EVERY, type Script, writeScript } from "./chaos-script.ts";
import { ChaosStage, NAMES } from "./chaos-stage.ts";
import { ChaosStream } from "./chaos-stream.ts";

/**
 * Three processes of one platform while any of them, or a node of the engine, is killed or paused again and again:
 * devices publish, streams listen, one broadcast plays to its end and another is cancelled. In the end everything that
 * was promised is compared with what is there.
 */
export interface ChaosOptions {
  readonly databaseUrl: string;
  readonly engine: EngineName;
  readonly nodes: number;
  readonly seed: number;
  readonly seconds: number;
  readonly everySeconds: number;
  readonly devices: number;
  /** Messages a second, of all devices together. */
  readonly rate: number;
  readonly speakers: number;
  /** When all speakers have to be silent after the answer to a cancel, in milliseconds. */
  readonly stopsWithinMs: number;
  /** How many readings later than it ended an alarm may be cleared at most, where its device goes to another process. */
  readonly lateReadings: number;
  /** How long devices may need for what is left at the end, in milliseconds. */
  readonly patienceMs: number;
  readonly report?: (line: string) => void;
}

export interface ChaosResult {
  readonly findings: readonly Finding[];
  readonly plan: readonly Blow[];
  /** The last lines of processes that ended, for whoever has to look into a failure. */
  readonly logs: readonly string[];
}

const LOGINS_AT_ONCE = 50;
const REPORT_MS = 10_000;
/** Ticks of the clock by which messages become due. */
const TICK_MS = 50;
const SILENT_DEVICES = 5;

export async function runChaosStory(options: ChaosOptions): Promise<ChaosResult> {
  const { report = () => {} } = options;
  const stage = await ChaosStage.open(options, report);
  const plan = planBlows({
    ...options,
    processes: NAMES,
    nodes: options.engine === "rabbitmq" ? stage.engine.nodes : [],
  });
  report(`${plan.length} blows of seed ${options.seed}:\n  ${plan.map(describeBlow).join("\n  ")}`);
  const play = new ChaosPlay(stage, options, report);
  try {
    const findings = await play.run(plan);
    return { findings, plan, logs: stage.logs };
  } finally {
    await play.end();
    await stage.end();
  }
}

class ChaosPlay {
  private readonly stage: ChaosStage;
  private readonly options: ChaosOptions;
  private readonly report: (line: string) => void;
  private devices: ChaosDevice[] = [];
  private streams: ChaosStream[] = [];
  private broadcasts: ChaosBroadcasts | undefined;
  private began = 0;
  private errors: string[] = [];
  private endOfReports = new AbortController();
  private ended: Ended | undefined;
  private stopped: Stopped | undefined;

  constructor(stage: ChaosStage, options: ChaosOptions, report: (line: string) => void) {
    this.stage = stage;
    this.options = options;
    this.report = report;
  }

  async end(): Promise<void> {
    this.endOfReports.abort();
    for (const device of this.devices) device.end();
    await Promise.all(this.streams.map((stream) => stream.close()));
    await this.broadcasts?.stop();
  }

  async run(plan: readonly Blow[]): Promise<Finding[]> {
    const { seconds, patienceMs, engine } = this.options;
    await this.prepare();
    this.began = Date.now();
    for (const [n, script] of this.writeScripts(this.began).entries()) this.devices[n]!.script = script;
    void this.reportProgress();
    const publishing = this.publish();
    await Promise.all([publishing, this.deal(plan), this.warn()]);
    const until = Date.now();
    this.report(
      `all is sent that was due after ${Math.round((until - this.began) / 1000)} s of ${seconds} s`,
    );
    // Mosquitto keeps the share of a member for that member.
    if (engine === "mosquitto") for (const name of NAMES) await this.stage.bringBack(name);
    await this.untilAcknowledged(patienceMs);
    await this.untilStored(patienceMs);
    await this.untilStreamsAgree(patienceMs);
    this.endOfReports.abort();
    return this.check(until);
  }

  private async prepare(): Promise<void> {
    const { devices, rate, speakers } = this.options;
    const { stage } = this;
    const scripts = this.writeScripts(0);
    this.devices = stage.meters.map(
      ({ token }, n) => new ChaosDevice(scripts[n]!, token, () => stage.ports()),
    );
    this.report(`${devices} devices, each with a message in ${devices / rate} s, connect`);
    const waiting = [...this.devices];
    const connect = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await next.open();
    };
    await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, connect));
    const officer = await signInDutyOfficer(
      (path, init) => stage.any().api(path, init),
      () => stage.any().httpPort,
    );
    if (speakers > 0) {
      this.broadcasts = new ChaosBroadcasts(stage, officer, this.options.stopsWithinMs);
      await this.broadcasts.untilListening(120_000);
    }
    for (const port of stage.httpPorts()) {
      const stream = new ChaosStream(() => stage.httpPorts());
      this.streams.push(stream);
      await stream.open(port);
    }
    this.report("all are connected, and three streams listen");
  }

  /** @param from when the first of all items is due */
  private writeScripts(from: number): Script[] {
    const { seed, devices, rate, seconds } = this.options;
    const intervalMs = (1000 * devices) / rate;
    const count = Math.floor((seconds * 1000) / intervalMs);
    return Array.from({ length: devices }, (_, index) => {
      const fallsSilent = index % CAMERA_EVERY === 0 && index < SILENT_DEVICES * CAMERA_EVERY;
      const first = from + Math.floor((index * 1000) / rate);
      return writeScript({ seed, index, count, from: first, intervalMs, fallsSilent });
    });
  }

  /** Lets each device's items become due, one after the other, at an even pace. */
  private async publish(): Promise<void> {
    const { rate, seconds, devices } = this.options;
    const all = Math.floor((seconds * rate) / devices) * devices;
    for (let due = 0; due < all; await sleep(TICK_MS)) {
      const now = Math.min(all, Math.floor(((Date.now() - this.began) / 1000) * rate));
      for (; due < now; due++) this.devices[due % devices]!.tick();
    }
  }

  private async at(second: number): Promise<void> {
    const wait = this.began + second * 1000 - Date.now();
    if (wait > 0) await sleep(wait);
  }

  private async deal(plan: readonly Blow[]): Promise<void> {
    const returns: Promise<void>[] = [];
    for (const blow of plan) {
      await this.at(blow.at);
      const isNode = this.stage.engine.nodes.includes(blow.who);
      if (!isNode && this.stage.count < 2) {
        this.report(`${describeBlow(blow)}: left out, because only one process runs`);
        continue;
      }
      this.report(describeBlow(blow));
      returns.push(this.strike(blow, isNode).catch((error) => void this.errors.push(String(error))));
    }
    await Promise.all(returns);
  }

  private async strike({ at, who, what, backAfter }: Blow, isNode: boolean): Promise<void> {
    const target = isNode ? this.stage.engine : this.stage;
    await target[what](who);
    if (backAfter === undefined) return;
    await this.at(at + backAfter);
    await target.bringBack(who);
  }

  /** One broadcast after a quarter of the time, and one that is cancelled after six tenths. */
  private async warn(): Promise<void> {
    const { broadcasts } = this;
    if (!broadcasts) return;
    const { seconds } = this.options;
    await this.at(seconds / 4);
    const first = broadcasts.warn().then((ended) => {
      this.ended = ended;
    });
    await this.at(seconds * 0.6);
    await first;
    this.stopped = await broadcasts.warnAndCancel();
  }

  private get acknowledged(): number {
    return this.devices.reduce((sum, device) => sum + device.acknowledged, 0);
  }

  /** Items that all devices have to send, bad ones included. */
  private get all(): number {
    return this.devices.reduce((sum, { script }) => sum + script.count, 0);
  }

  private async untilAcknowledged(patienceMs: number): Promise<void> {
    const until = Date.now() + patienceMs;
    while (this.acknowledged < this.all && Date.now() < until) await sleep(100);
  }

  /** What the platform has of all devices but speakers. */
  private async countStored(): Promise<number> {
    const { items } = await this.stage
      .any()
      .api<{ items: { kind: string; stored: number; rejected: number }[] }>("/v1/ledger?groupBy=kind");
    return items
      .filter(({ kind }) => kind !== "speaker")
      .reduce((sum, { stored, rejected }) => sum + stored + rejected, 0);
  }

  private async untilStored(patienceMs: number): Promise<void> {
    const until = Date.now() + patienceMs;
    let before = -1;
    let same = 0;
    // A refusal that came twice counts twice, so wait for rest as well.
    for (; Date.now() < until && same < 5; await sleep(1000)) {
      const now = await this.countStored().catch(() => -1);
      same = now === before && now >= this.acknowledged ? same + 1 : 0;
      before = now;
    }
  }

  private async untilStreamsAgree(patienceMs: number): Promise<void> {
    const until = Date.now() + patienceMs;
    let before = "";
    for (let same = 0; Date.now() < until && same < 3; await sleep(1000)) {
      const ids = this.streams.map(({ heard }) => heard.at(-1)?.id ?? "");
      same = new Set(ids).size === 1 && ids.join() === before ? same + 1 : 0;
      before = ids.join();
    }
  }

  private async reportProgress(): Promise<void> {
    const { signal } = this.endOfReports;
    let last = 0;
    while (!signal.aborted) {
      await sleep(REPORT_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const acknowledged = this.acknowledged;
      const stored = await this.countStored().catch(() => undefined);
      const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
      const memory = Object.entries(this.stage.memory()).map(
        ([name, bytes]) => `${name} ${mebibytes(bytes)}`,
      );
      const engine = await this.stage.engine.memory().catch(() => 0);
      const lost = this.devices.reduce((sum, device) => sum + device.lost, 0);
      this.report(
        `${Math.round((Date.now() - this.began) / 1000)} s [${this.stage.state}] ${acknowledged} of ${this.all} acknowledged (${Math.round((acknowledged - last) / (REPORT_MS / 1000))}/s), stored ${stored ?? "?"}, ${lost} lines lost, ${this.broadcasts?.listening ?? 0} speakers listen; MiB: ${memory.join(", ")}, engine ${mebibytes(engine)}, story ${mebibytes(process.memoryUsage.rss())}`,
      );
      last = acknowledged;
    }
  }

  private async check(until: number): Promise<Finding[]> {
    const { stage, devices, ended, stopped } = this;
    const { engine, speakers } = this.options;
    const { pool } = stage;
    const quietFrom = new Map(
      devices
        .filter(({ script }) => script.fallsSilent)
        .map(({ script }) => [script.id, script.item(script.count - 1).observedAt]),
    );
    const unacknowledged = this.all - this.acknowledged;
    const findings = [
      {
        promise: "every message is acknowledged in the end, and nothing ended by itself",
        passed: unacknowledged + stage.unexpected.length + this.errors.length === 0,
        numbers: `${unacknowledged} of ${this.all} without an acknowledgement; ${[...stage.unexpected, ...this.errors].join("; ")}`,
      },
      await checkContents(pool, devices),
      await checkLedgers(stage.any(), devices),
      await checkStreams(pool, this.streams, devices),
      ...(ended ? [checkEnded(ended)] : []),
      ...(stopped ? [checkStopped(stopped)] : []),
    ];
    if (speakers > 0 && !(ended && stopped))
      findings.push({ promise: "broadcasts are made", passed: false, numbers: "one has not ended" });
    const more = [
      ...(await checkAlarms(pool, devices, this.options.lateReadings)),
      await checkSilence(pool, quietFrom, until),
    ];
    // Its shares are nobody's in particular, so a device's messages come in any order: docs/cluster.md.
    return [
      ...findings,
      ...(engine === "mosquitto"
        ? more.map((each) => ({ ...each, promise: `not promised here: ${each.promise}`, passed: true }))
        : more),
    ];
  }
}
