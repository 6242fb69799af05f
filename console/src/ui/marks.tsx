import {
  Ban,
  Check,
  Circle,
  CircleAlert,
  CircleDashed,
  CircleSlash,
  Clock,
  OctagonMinus,
  Play,
  Triangle,
  VolumeX,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import styles from "./marks.module.css";
import { defineTexts, useTexts } from "./texts.ts";

export type LevelNumber = 1 | 2 | 3 | 4;
export type SeverityName = "critical" | "major" | "minor" | "warning";
export type ModeName = "actual" | "drill" | "training";

const texts = defineTexts(
  {
    levels: { 1: "特别重大", 2: "重大", 3: "较大", 4: "一般" },
    severities: { critical: "紧急", major: "重要", minor: "次要", warning: "提示" },
    modes: { actual: "实际播发", drill: "演练", training: "培训，不会响" },
    states: {
      sounded: "已发声",
      playing: "播放中",
      waiting: "等待",
      failed: "失败",
      refused: "拒绝",
      offline: "离线",
      cancelled: "已停",
      none: "无喇叭",
      ok: "按时",
      late: "迟到",
      silent: "静默",
      never: "从未上报",
    },
  },
  {
    levels: { 1: "Extremely serious", 2: "Serious", 3: "Fairly serious", 4: "Ordinary" },
    severities: { critical: "Critical", major: "Major", minor: "Minor", warning: "Warning" },
    modes: { actual: "Actual", drill: "Drill", training: "Training, no sound" },
    states: {
      sounded: "Sounded",
      playing: "Playing",
      waiting: "Waiting",
      failed: "Failed",
      refused: "Refused",
      offline: "Offline",
      cancelled: "Stopped",
      none: "No speaker",
      ok: "On time",
      late: "Late",
      silent: "Silent",
      never: "Never reported",
    },
  },
);

const NUMERALS = { 1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ" } as const;

/** The statutory level of a broadcast: a filled band with numeral and word. Never for an alarm. */
export function LevelBand({ level, size }: { level: LevelNumber; size?: "small" | "big" }) {
  const { levels } = useTexts(texts);
  return (
    <span className={`${styles.level} ${styles[`l${level}`]} ${size ? styles[size] : ""}`}>
      <i>{NUMERALS[level]}</i>
      {levels[level]}
    </span>
  );
}

const SEVERITY_ICONS = {
  critical: (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path className={styles.octagon} d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z" />
      <path className={styles.exclamation} d="M12 7v6M12 17v.01" />
    </svg>
  ),
  major: <Triangle aria-hidden className={styles.filled} />,
  minor: <Triangle aria-hidden />,
  warning: <CircleAlert aria-hidden />,
};

/** An alarm's severity: an icon with its word. Never for a broadcast. */
export function Severity({ severity }: { severity: SeverityName }) {
  const { severities } = useTexts(texts);
  return (
    <span className={`${styles.severity} ${styles[severity]}`}>
      {SEVERITY_ICONS[severity]}
      {severities[severity]}
    </span>
  );
}

/** The icon alone, for tiles with a legend. */
export const SeverityGlyph = ({ severity }: { severity: SeverityName }) => SEVERITY_ICONS[severity];

/** Actual is a solid red outline, a drill dashed green, training dotted grey. */
export function ModeTag({ mode }: { mode: ModeName }) {
  const { modes } = useTexts(texts);
  return <span className={`${styles.tag} ${styles[mode]}`}>{modes[mode]}</span>;
}

/** A neutral label. */
export const Tag = ({ children }: { children: ReactNode }) => <span className={styles.tag}>{children}</span>;

/** Of a speaker in a broadcast, or of a device by its reports. */
export type StateName =
  | "sounded"
  | "playing"
  | "waiting"
  | "failed"
  | "refused"
  | "offline"
  | "cancelled"
  | "none"
  | "ok"
  | "late"
  | "silent"
  | "never";

const STATE_ICONS: Readonly<Record<StateName, ReactNode>> = {
  sounded: <Check aria-hidden />,
  playing: <Play aria-hidden />,
  waiting: <Circle aria-hidden />,
  failed: <X aria-hidden />,
  refused: <OctagonMinus aria-hidden />,
  offline: <CircleSlash aria-hidden />,
  cancelled: <Ban aria-hidden />,
  none: <VolumeX aria-hidden />,
  ok: <Check aria-hidden />,
  late: <Clock aria-hidden />,
  silent: <CircleSlash aria-hidden />,
  never: <CircleDashed aria-hidden />,
};
const WRONG = new Set<StateName>(["failed", "refused", "offline", "silent"]);

/** The glyph alone, for tiles with a legend. */
export const StateGlyph = ({ state }: { state: StateName }) => STATE_ICONS[state];
export const useStateWords = () => useTexts(texts).states;
export const useModeWords = () => useTexts(texts).modes;
export const useLevelWords = () => useTexts(texts).levels;
export const useSeverityWords = () => useTexts(texts).severities;

/** Glyph and word. Calm states have no colour. */
export function StateMark({ state, children }: { state: StateName; children?: ReactNode }) {
  const { states } = useTexts(texts);
  return (
    <span className={`${styles.state} ${WRONG.has(state) ? styles.wrong : ""}`}>
      {STATE_ICONS[state]}
      {children ?? states[state]}
    </span>
  );
}
