import { createRandom, type Random } from "../../devices/random.ts";

/** What a device of the story sends, all of it drawn from the seed, so that nothing has to be remembered of it. */
export interface Item {
  readonly channel: "telemetry" | "events";
  readonly observedAt: number;
  /** The message without its moment. */
  readonly body: Readonly<Record<string, number | string>>;
  /** True when it is to be refused, whole. */
  readonly isBad: boolean;
}

export type ChaosKind = "gas-meter" | "camera";

export interface Script {
  readonly id: string;
  readonly kind: ChaosKind;
  /** So many items it sends, and then nothing more. */
  readonly count: number;
  /** True for a device that falls silent early, for good. */
  readonly fallsSilent: boolean;
  item(n: number): Item;
}

export interface ScriptOptions {
  readonly seed: number;
  readonly index: number;
  /** Items that a device sends that never falls silent. */
  readonly count: number;
  /** When its first item is due, and how far the others are apart, in milliseconds. */
  readonly from: number;
  readonly intervalMs: number;
  readonly fallsSilent: boolean;
}

/** One in so many devices is a camera. */
export const CAMERA_EVERY = 5;
/** Of some, the clock is behind and goes faster, so that conditions which have to last for minutes do. */
const BEHIND_MS = 6 * 3600_000;
const BEHIND_STEP_MS = 60_000;

interface Episode {
  readonly from: number;
  readonly to: number;
  readonly trouble: string;
}

const TROUBLES: Readonly<Record<ChaosKind, readonly string[]>> = {
  "gas-meter": ["battery", "valve", "flow", "leak"],
  camera: ["storage", "loss", "signal"],
};

/** The values while a trouble lasts, and in the item after it, which is neither within the limit nor well behind it. */
const VALUES: Readonly<Record<string, readonly [during: Item["body"], after: Item["body"]]>> = {
  battery: [{ battery: 2.9 }, { battery: 3.15 }],
  valve: [{ valve: "abnormal" }, {}],
  flow: [{ flow: 7.25 }, { flow: 6.25 }],
  storage: [{ storage_free: 3 }, { storage_free: 6 }],
  loss: [{ packet_loss: 8 }, { packet_loss: 4 }],
};

const HEALTHY: Readonly<Record<ChaosKind, Item["body"]>> = {
  "gas-meter": { battery: 3.6, valve: "open", flow: 0.4 },
  camera: { storage_free: 50, packet_loss: 0 },
};

function drawEpisodes(random: Random, kind: ChaosKind, count: number): Episode[] {
  const episodes: Episode[] = [];
  if (!random.chance(0.25)) return episodes;
  const troubles = TROUBLES[kind];
  const trouble = troubles[Math.floor(random.next() * troubles.length)]!;
  for (let at = 1 + Math.floor(random.between(0, count / 2)); at < count - 2; ) {
    const to = at + 1 + Math.floor(random.between(0, trouble === "loss" ? 12 : 6));
    episodes.push({ from: at, to, trouble });
    if (!random.chance(0.4)) break;
    at = to + 2 + Math.floor(random.between(0, 6));
  }
  return episodes;
}

/** Its first message is a plain reading, and so is that after every event. */
export function writeScript(options: ScriptOptions): Script {
  const { seed, index, fallsSilent, from, intervalMs } = options;
  const random = createRandom((seed * 1_000_003 + index * 7919) >>> 0);
  const kind: ChaosKind = index % CAMERA_EVERY === 0 ? "camera" : "gas-meter";
  const count = fallsSilent ? Math.max(2, Math.ceil(options.count / 10)) : options.count;
  const isBehind = kind === "camera" && !fallsSilent && random.chance(0.5);
  const episodes = drawEpisodes(random, kind, count);
  const badEvery = random.chance(0.1) ? 7 : Number.POSITIVE_INFINITY;
  const observedAt = (n: number) =>
    Math.floor(isBehind ? from - BEHIND_MS + n * BEHIND_STEP_MS : from + n * intervalMs);

  const item = (n: number): Item => {
    const moment = { observedAt: observedAt(n), isBad: false };
    const episode = episodes.find((each) => n >= each.from && n <= each.to);
    const event =
      episode?.trouble === "leak" && n === episode.from
        ? "leak"
        : episode?.trouble === "signal" && n === episode.from
          ? "signal_loss"
          : episode?.trouble === "signal" && n === episode.to
            ? "signal_restored"
            : undefined;
    if (event) return { ...moment, channel: "events", body: { eventId: `e-${n}`, type: event } };
    const counter = kind === "camera" ? "uptime" : "volume";
    if (n % badEvery === badEvery - 1 && !episode)
      return { ...moment, channel: "telemetry", body: { [counter]: "many" }, isBad: true };
    const values = episode && VALUES[episode.trouble]?.[n < episode.to ? 0 : 1];
    return { ...moment, channel: "telemetry", body: { [counter]: n + 1, ...HEALTHY[kind], ...values } };
  };
  return { id: `meter-${index}`, kind, count, fallsSilent, item };
}
