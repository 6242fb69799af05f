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

export interface Progress {
  /** The past is through; live seconds count from now. */
  live(): void;
  stop(): void;
}

/** How far the current phase is. */
function position(state: FleetState, liveS: number, durationS: number): { done: number; total: number } {
  if (state.phase === "first readings") return state.firstReadings;
  if (state.phase === "history") return state.history;
  return durationS > 0
    ? { done: Math.min(durationS, Math.floor(liveS)), total: durationS }
    : { done: 1, total: 1 };
}

function details(fleet: Fleet, state: FleetState): string {
  const { open, total, trouble } = state.connections;
  const { published, acknowledged } = fleet.tally.total;
  const lines = `${open}/${total} connected, ${acknowledged}/${published} acknowledged, ${state.inFlight} in flight`;
  return trouble === undefined ? lines : `${trouble}; ${lines}`;
}

/** Shows how the fleet is doing: a bar on a terminal, otherwise a line now and then. */
export function showProgress(fleet: Fleet, options: ProgressOptions): Progress {
  let liveSince: number | undefined;
  const now = () => {
    const state = fleet.state();
    const liveS = liveSince === undefined ? 0 : (Date.now() - liveSince) / 1000;
    return { state, ...position(state, liveS, options.durationS) };
  };
  const live = () => {
    liveSince = Date.now();
  };
  if (options.quiet) return { live, stop: () => undefined };

  if (!options.stream.isTTY) {
    const timer = setInterval(() => {
      const { state, done, total } = now();
      const part = state.phase === "live" && options.durationS === 0 ? "" : ` ${done}/${total}`;
      options.stream.write(`${state.phase}${part}: ${details(fleet, state)}\n`);
    }, LINE_EVERY_MS);
    return { live, stop: () => clearInterval(timer) };
  }

  const bar = new SingleBar(
    {
      format: "{phase} [{bar}] {value}/{total} | {details}",
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
    const { state, done, total } = now();
    bar.setTotal(Math.max(1, total));
    bar.update(done, { phase: state.phase.padEnd(14), details: details(fleet, state) });
  };
  bar.start(1, 0, { phase: "", details: "" });
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
