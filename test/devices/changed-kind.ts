import { defineKind } from "../../devices/define-kind.ts";
import type { AlarmRule, KindDefinition, KindExample, Metric } from "../../devices/kind.ts";
import { example } from "../../devices/kinds/example/kind.ts";
import { definitionOf } from "../helpers/kinds/definition-of.ts";

export const good = definitionOf(example);

/** The rain gauge with one thing changed. */
export const having = (change: Partial<KindDefinition>): KindDefinition => ({ ...good, ...change });
export const metric = (key: string, change: Partial<Metric>) =>
  having({ metrics: { ...good.metrics, [key]: { ...good.metrics[key]!, ...change } } });
export const named = (key: string) =>
  having({ metrics: { ...good.metrics, [key]: good.metrics.intensity! } });
export const alarm = (rule: string, change: object) =>
  having({
    alarms: good.alarms.map((one) => (one.rule === rule ? ({ ...one, ...change } as AlarmRule) : one)),
  });
export const alarmToo = (like: string, change: object) => {
  const rule = good.alarms.find((one) => one.rule === like)!;
  return having({ alarms: [...good.alarms, { ...rule, ...change } as AlarmRule] });
};
export const sent = (message: object, change: object = {}) =>
  having({
    examples: [
      ...good.examples,
      {
        about: "one more",
        message: { observedAt: "2025-06-02T08:00:00+08:00", ...message },
        accepts: 1,
        ...change,
      },
    ],
  });
export const without = (keep: (example: KindExample) => boolean) =>
  having({ examples: good.examples.filter(keep) });
/** Where `sent` puts its example, and where a rule is. */
export const NEW = `/examples/${good.examples.length}`;
export const at = (rule: string) => `/alarms/${good.alarms.findIndex((one) => one.rule === rule)}`;

/** The lines of what `defineKind` throws, as path and message. */
export function faultsOf(kind: KindDefinition): [path: string, message: string][] {
  try {
    defineKind(kind);
  } catch (error) {
    const [, ...lines] = (error as Error).message.split("\n");
    return lines.map((line) => {
      const [, path, message] = /^ {2}(\S+): (.*)$/.exec(line)!;
      return [path!, message!];
    });
  }
  return [];
}

/** A fault's name, a kind that has it, the place, and a part of what is said. */
export type FaultRow = [name: string, kind: KindDefinition, path: string, message: string];
