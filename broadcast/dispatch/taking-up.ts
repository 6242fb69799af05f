import type { Logger } from "../../base/log.ts";
import type { Db, KindTable } from "../../store/database/index.ts";
import type { EndedBroadcasts } from "./ended-broadcasts.ts";
import type { FirstRounds } from "./first-rounds.ts";
import { type ReadOnAir, readOnAir, type WhichOnAir } from "./read-on-air.ts";
import type { Roster } from "./roster.ts";
import type { SendQueue } from "./send-queue.ts";
import type { DispatchSettings } from "./settings.ts";
import type { SpeakerIntake } from "./speaker-intake.ts";
import type { OnAir } from "./target.ts";
import type { TargetWatch } from "./target-watch.ts";
import type { UntilDone } from "./until-done.ts";
import type { Writer } from "./writer.ts";

export interface TakingUpOptions {
  readonly pool: Db;
  /** The tables of speakers' readings, for each kind that sounds. */
  readonly speakers: readonly KindTable[];
  readonly settings: DispatchSettings;
  readonly roster: Roster;
  readonly intake: SpeakerIntake;
  readonly queue: SendQueue;
  readonly watch: TargetWatch;
  readonly writer: Writer;
  readonly ended: EndedBroadcasts;
  readonly firstRounds: FirstRounds;
  readonly untilDone: UntilDone;
  readonly log: Logger;
  readonly now: () => number;
  /** Forgets the memory of a broadcast. */
  readonly drop: (broadcast: OnAir) => void;
  /** Called with what was read, before it is acted on. */
  readonly onRead: (broadcasts: readonly OnAir[]) => Promise<void>;
  /** Called when there are broadcasts in memory. */
  readonly onTakenUp: () => void;
}

/** Brings broadcasts into memory: at their release, at another attempt, and when the platform starts. */
export class TakingUp {
  private readonly options: TakingUpOptions;

  constructor(options: TakingUpOptions) {
    this.options = options;
  }

  /**
   * Reads broadcasts into memory; replies and readings of speakers wait meanwhile.
   * @param name the purpose, as it follows "could not"
   */
  async read(name: string, which: WhichOnAir): Promise<void> {
    const { intake, untilDone, pool, speakers, settings, now, onRead } = this.options;
    intake.hold();
    try {
      await untilDone.run(which.broadcastNo ?? 0, name, async () => {
        await this.writeKnown(which);
        const read = await readOnAir(pool, speakers, new Date(now()), settings.proof, which);
        await onRead(read.broadcasts);
        if (!untilDone.isStopped) this.admit(read, which);
      });
    } finally {
      intake.release();
    }
  }

  /** The facts about a broadcast that is read again must not get lost by that. */
  private async writeKnown({ broadcastNo }: WhichOnAir): Promise<void> {
    const { roster, writer } = this.options;
    if (broadcastNo === undefined || !roster.get(broadcastNo)) return;
    if (!(await writer.write())) throw new Error("the course of a broadcast could not be written");
  }

  private admit(
    { broadcasts, replies, readings }: ReadOnAir,
    { broadcastNo, fresh = false }: WhichOnAir,
  ): void {
    const { roster, intake, writer, firstRounds, drop, onTakenUp } = this.options;
    for (const broadcast of broadcasts) {
      const before = roster.get(broadcast.broadcastNo);
      // A process that had them before may have sent more than it could write.
      const isTakenOver = broadcastNo === undefined;
      for (const target of broadcast.targets)
        if (isTakenOver || before?.byDeviceNo.get(target.deviceNo)?.isUnsure) target.mayHold();
      if (before) drop(before);
      if (fresh) firstRounds.begin(broadcast);
      roster.add(broadcast);
    }
    for (const reply of replies) intake.takeReply(reply);
    for (const reading of readings) intake.takeReading(reading);
    for (const broadcast of broadcasts) this.begin(broadcast, fresh);
    if (roster.size > 0) onTakenUp();
    writer.noticed();
  }

  private begin(broadcast: OnAir, fresh: boolean): void {
    const { settings, queue, watch, ended, log, now } = this.options;
    if (!fresh) for (const target of broadcast.targets) target.adopt(settings.proof);
    if (broadcast.isOver && !broadcast.canBeStopped(now())) {
      ended.onFacts(broadcast);
      ended.keep(broadcast);
      return;
    }
    for (const target of broadcast.targets) {
      if (target.isFinal) continue;
      if (target.standing === "unanswered") queue.push(target);
      else watch.begin(target);
    }
    broadcast.changed = true;
    const { id, state, open } = broadcast;
    log.info(
      { broadcast: id, state, targets: broadcast.byDeviceNo.size, open },
      fresh ? "a broadcast begins" : "a broadcast is taken up again",
    );
  }
}
