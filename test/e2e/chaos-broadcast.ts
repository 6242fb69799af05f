import { setTimeout as sleep } from "node:timers/promises";
import type { SpeakerFleet } from "../../simulators/speaker/fleet.ts";
import {
  type Api,
  draftBroadcast,
  type ShownBroadcast,
  type StageSpeaker,
  showBroadcast,
  startSpeakers,
  takeStep,
} from "./broadcast-stage.ts";
import type { ChaosStage } from "./chaos-stage.ts";

/** Some ten seconds. */
const LONG = "暴雨红色预警请立即转移到高处不要在河边停留不要返回家中取财物听从指挥";
const LIVES_MS = 240_000;
/** How long an officer tries again when the process that was asked is gone, and waits for what is to happen. */
const PATIENCE_MS = 120_000;
const ENDED = ["completed", "failed", "expired", "cancelled"];

export interface Ended {
  readonly state: string;
  /** Seconds from the release to the end. */
  readonly seconds: number;
  readonly counts: ShownBroadcast["counts"];
  /** Speakers that played it more than once. */
  readonly twice: number;
  /** Speakers that played it to its end and are not `sounded`, and those that are and did not. */
  readonly untrue: number;
}

export interface Stopped {
  readonly answer: string;
  /** Speakers that had begun. */
  readonly began: number;
  readonly twice: number;
  /** Plays that went on, or began, later than they may. */
  readonly late: number;
  /** Seconds until the last one was silent. */
  readonly seconds: number;
  readonly counts: ShownBroadcast["counts"];
}

/** Speakers at the engine and at the doors of all processes, and an officer who warns by them. */
export class ChaosBroadcasts {
  private readonly stage: ChaosStage;
  private readonly officer: Api;
  private readonly stopsWithinMs: number;
  private readonly fleets: readonly SpeakerFleet[];

  /** @param stopsWithinMs when all have to be silent after the answer to a cancel */
  constructor(stage: ChaosStage, officer: Api, stopsWithinMs: number) {
    this.stage = stage;
    this.officer = officer;
    this.stopsWithinMs = stopsWithinMs;
    const speakers: StageSpeaker[] = stage.speakers.map(({ id, token }) => ({
      id,
      kind: "speaker",
      regionCode: stage.village,
      username: id,
      password: token,
    }));
    const atEngine = (_: unknown, n: number) => stage.engine.port !== undefined && n % 4 === 0;
    const parts: [number | undefined, StageSpeaker[]][] = [
      [stage.engine.port, speakers.filter(atEngine)],
      [stage.doorPort, speakers.filter((one, n) => !atEngine(one, n))],
    ];
    this.fleets = parts
      .filter(([port, part]) => port !== undefined && part.length > 0)
      .map(([mqttPort, part]) =>
        startSpeakers({ mqttPort: mqttPort!, httpPort: 0 }, part, {
          fetchKeys: async () =>
            (await fetch(`http://127.0.0.1:${stage.httpPorts()[0]}/v1/broadcasts/keys`)).json(),
          telemetryWhilePlayingMs: 2000,
          refetchKeysMs: 1000,
        }),
      );
  }

  get listening(): number {
    return this.fleets.reduce((sum, { listening }) => sum + listening, 0);
  }

  async untilListening(withinMs: number): Promise<void> {
    for (const fleet of this.fleets)
      await fleet.untilListening(fleet.fleet.state().connections.total, withinMs);
  }

  async stop(): Promise<void> {
    await Promise.all(this.fleets.map((fleet) => fleet.stop(0)));
  }

  /** Warns, and waits for the end. */
  async warn(): Promise<Ended> {
    const began = Date.now();
    const id = await this.release(1);
    let shown = await this.show(id);
    while (!ENDED.includes(shown.state) && Date.now() - began < LIVES_MS + PATIENCE_MS) {
      await sleep(500);
      shown = await this.show(id);
    }
    const seconds = (Date.now() - began) / 1000;
    // Proof may come late: a speaker whose line was cut tells it when it has another.
    let untrue = await this.untrue(id);
    for (const late = Date.now() + PATIENCE_MS; untrue > 0 && Date.now() < late; ) {
      await sleep(1000);
      untrue = await this.untrue(id);
    }
    const { state, counts } = await this.show(id);
    return { state, seconds, counts, twice: this.twice(id), untrue };
  }

  /** Warns at length, and cancels when half of the speakers play. */
  async warnAndCancel(): Promise<Stopped> {
    const id = await this.release(6);
    const enough = Date.now() + PATIENCE_MS;
    while (this.plays(id).length < this.stage.speakers.length / 2 && Date.now() < enough) await sleep(100);
    const answer = await persist(async () => {
      const shown = await showBroadcast(this.officer, id);
      if (shown.state === "cancelled") return "cancelled before it could answer";
      const { stop } = (await takeStep(this.officer, id, "cancel", "a test")) as { stop?: string };
      return stop ?? "cancelled";
    });
    const asked = Date.now();
    const isPlaying = () => this.plays(id).some(({ endedAt }) => endedAt === undefined);
    while (isPlaying() && Date.now() - asked < PATIENCE_MS) await sleep(100);
    // What begins late would begin now.
    await sleep(5000);
    const plays = this.plays(id);
    const last = Math.max(asked, ...plays.map(({ endedAt }) => endedAt ?? Date.now()));
    return {
      answer,
      began: new Set(plays.map(({ speakerId }) => speakerId)).size,
      twice: this.twice(id),
      late: plays.filter(({ endedAt }) => (endedAt ?? Date.now()) > asked + this.stopsWithinMs).length,
      seconds: (last - asked) / 1000,
      counts: (await this.show(id)).counts,
    };
  }

  private async release(repeatCount: number): Promise<string> {
    const expiresAt = new Date(Date.now() + LIVES_MS);
    const words = { regions: [this.stage.village], text: LONG, repeatCount, expiresAt };
    const id = await persist(() => draftBroadcast(this.officer, words));
    await persist(async () => {
      // It may have been released although no answer came.
      if ((await showBroadcast(this.officer, id)).state === "draft")
        await takeStep(this.officer, id, "release");
    });
    return id;
  }

  private show(id: string): Promise<ShownBroadcast> {
    return persist(() => showBroadcast(this.officer, id));
  }

  private plays(id: string) {
    return this.fleets.flatMap(({ counters }) => counters.plays.filter((play) => play.broadcastId === id));
  }

  private twice(id: string): number {
    return this.fleets
      .flatMap(({ counters }) => [...counters.playsOf(id).values()])
      .filter((times) => times > 1).length;
  }

  private async untrue(id: string): Promise<number> {
    const { rows } = await this.stage.pool.query<{ id: string; state: string }>(
      `select d.id, t.state from broadcast_targets t join devices d using (device_no)
       where t.broadcast_no = (select broadcast_no from broadcasts where id = $1)`,
      [id],
    );
    const played = new Set(
      this.plays(id)
        .filter(({ endedAt }) => endedAt !== undefined)
        .map(({ speakerId }) => speakerId),
    );
    const missing = this.stage.speakers.length - rows.length;
    return missing + rows.filter((row) => played.has(row.id) !== (row.state === "sounded")).length;
  }
}

/** Tries again while the process that was asked is gone. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(500)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
