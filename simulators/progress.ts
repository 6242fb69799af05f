import { Presets, SingleBar } from "cli-progress";
import type { Fleet, FleetState } from "./fleet.ts";

/** How often a line is written where there is no terminal, in milliseconds. */
const LINE_EVERY_MS = 5000;
const BAR_EVERY_MS = 250;

export interface ProgressOptions {
  /** Live seconds to run; 0 for no end. */
  readonly durationS: number;
  readonly stream: NodeJS.WriteStream;
  readonly quiet: boolean;
}

export interface FleetProgress {
  /** Called when the past is through; live seconds count from now. */
  live(): void;
  stop(): void;
}

/** The progress of the current phase, and its name. */
function position(
  state: FleetState,
  liveS: number,
  durationS: number,
): { done: number; total: number; what: string } {
  if (state.phase === "first readings") return { ...state.firstReadings, what: "devices" };
  if (state.phase === "history") return { ...state.history, what: "past readings acknowledged" };
  return durationS > 0
    ? { done: Math.min(durationS, Math.floor(liveS)), total: durationS, what: "s" }
    : { done: 1, total: 1, what: "" };
}

/** A message holds one item or hundreds, so both are shown: items sent are acknowledged or under way. */
function details({ tally }: Pick<Fleet, "tally">, state: FleetState): string {
  const { open, total: connections, trouble } = state.connections;
  const { published, acknowledged } = tally.total;
  const items = `${published} readings and events sent = ${acknowledged} acknowledged + ${published - acknowledged} under way`;
  const lines = `${open}/${connections} connections open, ${items} (${state.inFlight} messages)`;
  return trouble === undefined ? lines : `${trouble}; ${lines}`;
}

/** The state of the fleet, in a line. @param liveS seconds since the past was through */
export function progressLine(
  fleet: Pick<Fleet, "tally" | "state">,
  liveS: number,
  durationS: number,
): string {
  const state = fleet.state();
  const { done, total, what } = position(state, liveS, durationS);
  const part = what === "" ? "" : ` ${done}/${total} ${what}`;
  return `${state.phase}${part}: ${details(fleet, state)}`;
}

/** Shows the state of the fleet: a bar on a terminal, otherwise a line now and then. */
export function showProgress(fleet: Fleet, options: ProgressOptions): FleetProgress {
  let liveSince: number | undefined;
  const liveS = () => (liveSince === undefined ? 0 : (Date.now() - liveSince) / 1000);
  const live = () => {
    liveSince = Date.now();
  };
  if (options.quiet) return { live, stop: () => undefined };

  if (!options.stream.isTTY) {
    const timer = setInterval(() => {
      options.stream.write(`${progressLine(fleet, liveS(), options.durationS)}\n`);
    }, LINE_EVERY_MS);
    return { live, stop: () => clearInterval(timer) };
  }

  const bar = new SingleBar(
    {
      format: "{phase} [{bar}] {value}/{total} {what} | {details}",
      barsize: 24,
      stream: options.stream,
      hideCursor: true,
      linewrap: true,
      // Ctrl-C is handled by the command line: it waits for acknowledgements first.
      gracefulExit: false,
    },
    Presets.legacy,
  );
  const draw = () => {
    const state = fleet.state();
    const { done, total, what } = position(state, liveS(), options.durationS);
    bar.setTotal(Math.max(1, total));
    bar.update(done, {
      phase: state.phase.padEnd(14),
      what,
      details: details(fleet, state),
    });
  };
  bar.start(1, 0, { phase: "", what: "", details: "" });
  draw();
  const timer = setInterval(draw, BAR_EVERY_MS);
  return {
    live,
    stop() {
      clearInterval(timer);
      draw();
      bar.stop();
    },
  };
}
