import type { TerminalMemory } from "../../../simulators/speaker/memory.ts";
import { createTerminal, type Output, type SpeakerTerminal } from "../../../simulators/speaker/terminal.ts";
import { type Changes, START, startOrder, stopOrder, VILLAGE, verified } from "./commands.ts";

/** One terminal, its clock and all that has come out of it, for tests to play with. */

export const place = { regionCode: VILLAGE, location: { longitude: 107.9, latitude: 28.5 } };
export const DEVICE = "sp-stage";
export const ENDLESS = 1_000_000;

export const make = (memory?: TerminalMemory) =>
  createTerminal({
    deviceId: DEVICE,
    place,
    telemetryWhilePlayingMs: 2000,
    sounding: (volume) => ({ play_state: "playing", volume: volume ?? 70 }),
    memory,
  });

export const stage: { at: number; terminal: SpeakerTerminal; outputs: Output[] } = {
  at: START,
  terminal: make(),
  outputs: [],
};

/** To be called before each test. */
export function setStage(): void {
  Object.assign(stage, { at: START, terminal: make(), outputs: [] });
}

export const keep = (some: Output[]) => {
  stage.outputs.push(...some);
  return some;
};
/** Lets time pass, with a tick whenever the terminal wants one. */
export const run = (ms: number) => {
  const end = stage.at + ms;
  for (
    let next = stage.terminal.nextAt();
    next !== undefined && next <= end;
    next = stage.terminal.nextAt()
  ) {
    stage.at = Math.max(stage.at, next);
    keep(stage.terminal.tick(stage.at));
  }
  stage.at = end;
};
export const hear = (order: Parameters<typeof verified>[0]) =>
  keep(stage.terminal.receive(verified(order), stage.at));
export const start = (changes: Changes = {}) => repliesIn(hear(startOrder({ at: stage.at, ...changes })));
export const stop = (changes: Changes = {}) => repliesIn(hear(stopOrder({ at: stage.at, ...changes })));
export const repliesIn = (some: readonly Output[]) =>
  some.flatMap((output) => (output.type === "reply" ? [output.reply] : []));
export const replies = () => repliesIn(stage.outputs);
export const story = () => replies().map(({ commandId, outcome }) => `${commandId} ${outcome}`);
export const events = () =>
  stage.outputs.flatMap((output) => (output.type === "event" ? [output.event] : []));
export const sounds = () =>
  stage.outputs.flatMap((output) =>
    output.type === "sound" ? [`${output.order.broadcastId} ${output.on ? "on" : "off"}`] : [],
  );
export const seconds = (observedAt: unknown) => (Date.parse(observedAt as string) - START) / 1000;
