import {
  type AlarmRule,
  type CommandType,
  type EventType,
  inState,
  type Metric,
  type Metrics,
  silent,
  state,
} from "./kind.ts";

/** What stations have in common that watch water or air for the environment's sake, as HJ 212 has it. */

/** Intervals over which a station itself reckons means, by the end of the quantity's name. */
const INTERVALS = [
  ["minute", "mean of the station's minutes (mostly ten) that begin then", "分均"],
  ["hour", "mean of the hour that begins then, as the station reckons it", "时均"],
  ["day", "mean of the day that begins then, as the station reckons it", "日均"],
] as const;

const quality = (about: string, zh: string): Metric =>
  state({
    values: [
      ...(["normal", "set_by_hand", "maintenance", "calibrating", "off", "unknown"] as const),
      ...(["no_communication", "fault", "over_range"] as const),
    ],
    zhValues: {
      normal: "正常",
      set_by_hand: "手工输入",
      maintenance: "维护",
      calibrating: "校准",
      off: "停运",
      unknown: "标志不明",
      no_communication: "通讯故障",
      fault: "仪器故障",
      over_range: "超测量上限",
    },
    about,
    zh,
  });

/**
 * The quantities of a station: each at a moment, and its means as quantities of their own. A mean stands at the beginning of
 * its interval, where there is a value of that moment as well.
 */
export function withMeans(metrics: Metrics): Metrics {
  const means = INTERVALS.flatMap(([name, about, zh]) => [
    ...Object.entries(metrics).map(([key, metric]): [string, Metric] => [
      `${key}_${name}`,
      { ...metric, about: `${metric.about}: ${about}`, zh: `${metric.zh}${zh}` },
    ]),
    [`quality_${name}`, quality(`The worst flag of the values of that ${name}`, `${zh}数据标志`)] as [
      string,
      Metric,
    ],
  ]);
  return {
    ...metrics,
    quality: quality("The worst flag of the report's values; flagged values are no measurements", "数据标志"),
    ...Object.fromEntries(means),
  };
}

/** Values as the means of an interval. */
export const meansOf = <V>(values: Readonly<Record<string, V>>, interval: "minute" | "hour" | "day") =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${key}_${interval}`, value]));

export const STATION_EVENTS: readonly EventType[] = [
  { type: "station_started", about: "The station's data logger has started", zh: "数采仪启动" },
  {
    type: "station_report",
    about: "The station has told something besides its measurements: states, settings, a log",
    zh: "工况与日志上报",
  },
];

export const stationAlarms = (name: string, zh: string): AlarmRule[] => [
  inState("quality", {
    values: ["over_range"],
    rule: "over_range",
    severity: "major",
    about: `${name}: a value beyond what its instrument can measure`,
    zh: `${zh}有数值超测量上限`,
  }),
  inState("quality", {
    values: ["fault", "no_communication"],
    rule: "instrument_fault",
    onDelayMs: 600_000,
    severity: "minor",
    about: `${name}: an instrument is broken or not heard by its logger`,
    zh: `${zh}仪器或通讯故障`,
  }),
  silent({
    intervals: 15,
    severity: "minor",
    about: `${name} not heard for a quarter of an hour`,
    zh: `${zh}一刻钟没有上报`,
  }),
];

export const STATION_COMMANDS: readonly CommandType[] = [
  {
    name: "set-clock",
    title: { en: "Set the clock", zh: "校时" },
    about: "Sets the clock of the data logger to the platform's",
    zh: "把数采仪的时钟校准为平台时间",
  },
  {
    name: "set-report-interval",
    title: { en: "Set the interval", zh: "设置上报间隔" },
    about: "Sets how often it reports values of the moment",
    zh: "设置实时数据的上报间隔",
    parameters: [
      {
        name: "seconds",
        type: "number",
        required: true,
        unit: "s",
        min: 30,
        max: 3600,
        about: "From report to report",
        zh: "间隔",
      },
    ],
  },
  {
    name: "send-data",
    title: { en: "Send past data", zh: "补传数据" },
    about: "Asks for means of the past again",
    zh: "请站点补传历史均值",
    parameters: [
      {
        name: "interval",
        type: "choice",
        values: ["minute", "hour", "day"],
        zhValues: { minute: "分钟", hour: "小时", day: "日" },
        required: true,
        about: "Which means",
        zh: "均值的时段",
      },
      {
        name: "from",
        type: "text",
        required: true,
        maxLength: 40,
        about: "The first, as 2026-08-01T08:00:00+08:00",
        zh: "从（含时区）",
      },
      {
        name: "to",
        type: "text",
        required: true,
        maxLength: 40,
        about: "The last, likewise",
        zh: "到（含时区）",
      },
    ],
  },
];
