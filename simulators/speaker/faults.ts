/** Faults of a simulated speaker, so that one can see the platform notice them. */
export const FAULTS = {
  amplifier_dead: "answers that it plays, but draws no current and is not heard",
  breaks_off: "stops S seconds into each text (default 0.3) and says that it has ended",
  mute: "answers that it plays, with its volume at 0",
  slow: "does everything S seconds late (default 5)",
  deaf: "is online and ignores every command",
  wrong_clock: "its clock is S seconds ahead, or behind with a minus (default 7200)",
  offline_then_back: "is away for the first S seconds (default 30)",
  restarts_while_playing:
    "restarts once, a second into its first broadcast, and is away for S seconds (default 3)",
} as const;
export type FaultName = keyof typeof FAULTS;

/** The faults of one speaker with their seconds. */
export type Faults = Readonly<Partial<Record<FaultName, number>>>;

const DEFAULT_SECONDS: Readonly<Record<FaultName, number>> = {
  amplifier_dead: 0,
  breaks_off: 0.3,
  mute: 0,
  slow: 5,
  deaf: 0,
  wrong_clock: 7200,
  offline_then_back: 30,
  restarts_while_playing: 3,
};
const TAKES_SECONDS: ReadonlySet<string> = new Set(
  Object.entries(DEFAULT_SECONDS).flatMap(([name, seconds]) => (seconds > 0 ? [name] : [])),
);

/** The most by which a clock may be off, in seconds. */
const MOST_SECONDS = 10 * 365 * 86_400;

/**
 * Reads `FAULT[:S]=DEVICE,DEVICE` as it stands on the command line; several are given one after the other.
 * @throws Error that lists every fault in the text
 */
export function parseFaults(entries: readonly string[]): ReadonlyMap<string, Faults> {
  const byDevice = new Map<string, Partial<Record<FaultName, number>>>();
  const problems: string[] = [];
  for (const entry of entries) {
    const match = /^([a-z_]+)(?::([^=]*))?=(.+)$/.exec(entry);
    const [, name = "", amount, devices = ""] = match ?? [];
    if (!match || !(name in FAULTS)) {
      const names = Object.keys(FAULTS).join(", ");
      problems.push(`'${entry}', expected FAULT=DEVICE,… or FAULT:SECONDS=DEVICE,… with one of ${names}`);
      continue;
    }
    const seconds = amount === undefined ? DEFAULT_SECONDS[name as FaultName] : Number(amount || Number.NaN);
    const least = name === "wrong_clock" ? -MOST_SECONDS : 0;
    if (amount !== undefined && !TAKES_SECONDS.has(name))
      problems.push(`'${entry}': ${name} takes no seconds`);
    else if (!(seconds >= least && seconds <= MOST_SECONDS)) {
      problems.push(`'${entry}': '${amount}', expected seconds from ${least} to ${MOST_SECONDS}`);
    }
    for (const id of devices.split(",").map((device) => device.trim())) {
      if (id === "") problems.push(`'${entry}': a device is missing between its commas`);
      else byDevice.set(id, { ...byDevice.get(id), [name]: seconds });
    }
  }
  if (problems.length > 0)
    throw new Error(problems.map((problem) => `--speaker-fault is ${problem}`).join("\n"));
  return byDevice;
}
