import { noteReading, noteReply, type ProofRules, type SpeakerReading } from "../proof/index.ts";
import type { Roster } from "./roster.ts";
import { type CommittedReply, toFact } from "./speaker-facts.ts";
import type { OnAirTarget } from "./target.ts";

export interface IntakeOptions {
  readonly roster: Roster;
  readonly rules: ProofRules;
  /** Called when facts of a target have come. */
  readonly onFacts: (target: OnAirTarget) => void;
  /** Called when a speaker listens for which a command, or a stop, is waiting. */
  readonly onListening: (target: OnAirTarget) => void;
}

/** Takes in the replies and readings of speakers. It waits while broadcasts are being read from the database. */
export class SpeakerIntake {
  private readonly options: IntakeOptions;
  private readonly replies: CommittedReply[] = [];
  private readonly readings: SpeakerReading[] = [];
  private readonly listening = new Set<string>();
  private holds = 0;

  constructor(options: IntakeOptions) {
    this.options = options;
  }

  get isHeld(): boolean {
    return this.holds > 0;
  }

  hold(): void {
    this.holds++;
  }

  /** Undoes one `hold`; after the last one it takes in everything that has waited. */
  release(): void {
    if (--this.holds > 0) return;
    for (const reply of this.replies.splice(0)) this.takeReply(reply);
    for (const reading of this.readings.splice(0)) this.takeReading(reading);
    for (const deviceId of this.listening) this.takeListening(deviceId);
    this.listening.clear();
  }

  onReplies(replies: readonly CommittedReply[]): void {
    if (this.isHeld) for (const reply of replies) this.replies.push(reply);
    else if (this.options.roster.size > 0) for (const reply of replies) this.takeReply(reply);
  }

  onReadings(readings: readonly SpeakerReading[]): void {
    if (this.isHeld) for (const reading of readings) this.readings.push(reading);
    else if (this.options.roster.size > 0) for (const reading of readings) this.takeReading(reading);
  }

  onListening(deviceId: string): void {
    if (this.isHeld) this.listening.add(deviceId);
    else if (this.options.roster.size > 0) this.takeListening(deviceId);
  }

  takeReply(reply: CommittedReply): void {
    const command = this.options.roster.command(reply.commandId);
    const target = command?.broadcast.byDeviceNo.get(reply.deviceNo);
    if (!command || !target) return;
    const isStop = command.attempt === "stop";
    const fact = toFact(reply, command.attempt === "stop" ? target.attempt : command.attempt);
    if (!fact) return;
    if (isStop) {
      target.answerStop();
      // How long it had played is worth keeping.
      if (fact.outcome !== "stopped") return;
    }
    noteReply(target.facts, fact);
    this.options.onFacts(target);
  }

  takeReading(reading: SpeakerReading): void {
    const { roster, rules, onFacts } = this.options;
    for (const broadcast of roster) {
      const target = broadcast.byDeviceNo.get(reading.deviceNo);
      if (!target || target.isClosed) continue;
      const before = target.proof(rules);
      noteReading(target.facts, reading, target.attempt, rules);
      // Another reading changes nothing for a proven target, unless it is the first one now.
      if (before && target.proof(rules) === before) continue;
      // Before any attempt has begun a reading changes nothing yet.
      if (target.facts.attempts.some((own) => own?.started)) onFacts(target);
    }
  }

  private takeListening(deviceId: string): void {
    for (const broadcast of this.options.roster) {
      const target = broadcast.byDeviceId.get(deviceId);
      if (target) this.options.onListening(target);
    }
  }
}
