import type { MetricValue } from "../../devices/kind.ts";
import { measureSound } from "../../devices/kinds/speaker/simulate.ts";
import { createRandom } from "../../devices/random.ts";
import type { SpeakerPlace } from "./admit.ts";
import type { Counters } from "./counters.ts";
import type { Faults } from "./faults.ts";
import type { KeyNews } from "./keys.ts";
import type { TerminalMemory } from "./memory.ts";
import type { Voice } from "./script.ts";
import { createTerminal, type Output, type SpeakerTerminal } from "./terminal.ts";
import type { Verifier } from "./verify.ts";
import type { Wheel } from "./wheel.ts";

/**
 * A speaker with this fault restarts so long after the beginning of its first broadcast, in milliseconds of the text.
 */
const RESTARTS_AFTER_MS = 1000;

/** The ways by which a speaker's messages leave, and its line is cut and mended. */
export interface Ways {
  reply(json: string): void;
  event(json: string): void;
  /** Reports all quantities of the moment; `metrics` stands in for the ordinary ones. */
  report(at: number, metrics: Record<string, MetricValue> | undefined): void;
  hangUp(): void;
  dial(): void;
}

/** The parts that the speakers of a process share. */
export interface Shared {
  readonly verifier: Verifier;
  readonly wheel: Wheel;
  readonly counters: Counters;
  readonly now: () => number;
  readonly timeScale: number;
  readonly telemetryWhilePlayingMs: number;
  /** Writes the memory; it never rejects. */
  readonly keep: (() => Promise<void>) | undefined;
}

export interface SpeakerOptions {
  readonly id: string;
  readonly seed: number;
  readonly place: SpeakerPlace;
  /** Its volume when a broadcast names none; percent. */
  readonly volume: number;
  readonly voice: Voice;
  readonly faults: Faults;
  readonly memory: TerminalMemory | undefined;
  readonly ways: Ways;
}

/** A speaker on its line: the terminal, its faults, and the sound that a bystander hears. */
export interface Speaker {
  readonly id: string;
  /** Hears a message on its topic of commands. */
  hear(payload: Buffer): void;
  /** Hears that its keys have changed, or cannot be had. */
  hearOfKeys(news: KeyNews): void;
  /** Milliseconds since 1970 by its own clock. */
  clock(): number;
  /** Quantities that differ from the ordinary ones while it plays. */
  metrics(): Record<string, MetricValue> | undefined;
  memory(): TerminalMemory;
  /** Takes its power away for a while; it comes back with its kept memory. */
  restart(awayMs: number): void;
}

export function createSpeaker(options: SpeakerOptions, shared: Shared): Speaker {
  const { id, faults, ways } = options;
  const { wheel, counters, now, timeScale } = shared;
  const random = createRandom(options.seed ^ 0x50eac);
  const clock = () => now() + (faults.wrong_clock ?? 0) * 1000;
  let cancelNext: () => void = () => undefined;
  let hasPower = true;
  let hasRestarted = false;

  const sounding = (ordered: number | null): Record<string, MetricValue> => {
    const volume = faults.mute === undefined ? (ordered ?? options.volume) : 0;
    const isHeard = faults.amplifier_dead === undefined;
    return { play_state: "playing", volume, ...measureSound(random, isHeard ? volume : 0) };
  };

  const makeTerminal = (memory: TerminalMemory | undefined): SpeakerTerminal =>
    createTerminal({
      deviceId: id,
      place: options.place,
      timeScale,
      telemetryWhilePlayingMs: shared.telemetryWhilePlayingMs,
      sounding,
      voice: options.voice,
      breaksOffAfterMs: faults.breaks_off === undefined ? undefined : faults.breaks_off * 1000,
      memory,
    });
  let terminal = makeTerminal(options.memory);

  /** Steps that are not kept yet. */
  let unkept = 0;

  /** Nothing sounds and no reply leaves before it is kept: after a power cut it would be done again. */
  const act = (outputs: readonly Output[]) => {
    const { keep } = shared;
    const isToKeep = unkept > 0 || outputs.some(({ type }) => type === "reply" || type === "sound");
    if (keep && isToKeep) {
      unkept++;
      void keep().then(() => {
        unkept--;
        emit(outputs);
      });
    } else emit(outputs);
    arm();
  };

  const emit = (outputs: readonly Output[]) => {
    for (const output of outputs) {
      switch (output.type) {
        case "reply":
          counters.noteReply(output.reply.outcome, output.reply.reason as string | undefined);
          ways.reply(JSON.stringify(output.reply));
          break;
        case "event":
          ways.event(JSON.stringify(output.event));
          break;
        case "telemetry":
          ways.report(clock(), terminal.metrics());
          break;
        case "sound":
          counters.noteSound(id, output.order, output.on, output.resumed, now());
          if (output.on && faults.restarts_while_playing !== undefined && !hasRestarted) {
            hasRestarted = true;
            wheel.at(now() + RESTARTS_AFTER_MS / timeScale, () =>
              restart(faults.restarts_while_playing! * 1000),
            );
          }
          break;
      }
    }
  };

  const arm = () => {
    cancelNext();
    const next = terminal.nextAt();
    if (next === undefined) return;
    // From the speaker's clock to ours.
    cancelNext = wheel.at(next - (clock() - now()), () => act(terminal.tick(clock())));
  };

  const restart = (awayMs: number) => {
    if (!hasPower) return;
    hasPower = false;
    act(terminal.power(false, clock()));
    ways.hangUp();
    // Through text, as from a disk: everything that is not written down is gone.
    const kept = JSON.parse(JSON.stringify(terminal.memory())) as TerminalMemory;
    wheel.at(now() + awayMs, () => {
      hasPower = true;
      terminal = makeTerminal(kept);
      act(terminal.power(true, clock()));
      ways.dial();
    });
  };

  const late = (work: () => void) => {
    if (faults.slow === undefined) work();
    else wheel.at(now() + faults.slow * 1000, work);
  };

  if (faults.offline_then_back !== undefined) {
    ways.hangUp();
    wheel.at(now() + faults.offline_then_back * 1000, () => ways.dial());
  }
  if (options.memory) act(terminal.power(true, clock()));

  return {
    id,
    clock,
    hear(payload) {
      counters.commandsReceived++;
      if (faults.deaf !== undefined || !hasPower) return;
      void shared.verifier
        .check(payload)
        .then((verdict) => late(() => act(terminal.receive(verdict, clock()))));
    },
    hearOfKeys: (news) => act(terminal.noteKeys(news, clock())),
    metrics: () => terminal.metrics(),
    memory: () => terminal.memory(),
    restart,
  };
}
