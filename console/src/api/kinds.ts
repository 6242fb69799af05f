import { queryOptions } from "@tanstack/react-query";
import type { Language } from "../ui/texts.ts";
import { api, read } from "./client.ts";
import type { components } from "./schema.ts";

export type KindJson = components["schemas"]["Kind"];

/** The catalog of device kinds. It changes with the platform alone. */
export const kindsQuery = queryOptions({
  queryKey: ["kinds"],
  queryFn: async ({ signal }) => (await read(api.GET("/v1/kinds", { signal }))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export type MetricJson = KindJson["metrics"][number];
export type CommandJson = KindJson["commands"][number];
export type CommandParameterJson = CommandJson["parameters"][number];

/** A name for people; where nobody has given a Chinese one, the API repeats the English sentence. */
interface Named {
  readonly about: string;
  readonly zh: string;
}

/** `battery_voltage` as an English page writes it. */
const spaced = (code: string): string => {
  const words = code.replace(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What a quantity, event or rule is called; its code where nobody has named it. */
const nameFrom = (code: string, named: Named | undefined, language: Language): string => {
  if (language === "en") return spaced(code);
  return named !== undefined && named.zh !== named.about ? named.zh : code;
};

export const metricName = (metric: MetricJson, language: Language): string =>
  nameFrom(metric.key, metric, language);

export const eventName = (kind: KindJson | undefined, type: string, language: Language): string =>
  nameFrom(
    type,
    kind?.events.find((event) => event.type === type),
    language,
  );

/** A state's value in words: 开. */
export const stateWord = (metric: MetricJson, value: string, language: Language): string =>
  language === "zh" ? (metric.zhValues?.[value] ?? value) : spaced(value);

export const kindTitle = (kinds: readonly KindJson[] | undefined, kind: string, language: Language): string =>
  kinds?.find((one) => one.kind === kind)?.title[language] ?? kind;

/** What can be drawn over time. */
export const isNumeric = ({ type }: MetricJson): boolean => type === "gauge" || type === "counter";
