import type { CapInfo } from "./alert.ts";
import { OWN_PARAMETERS } from "./names.ts";
import { timeOf } from "./values.ts";

/** Everything that two infos must have in common to be one message in two languages; words may differ. */
function sameness(info: CapInfo): string {
  const { areas, categories, responseTypes, urgency, severity, certainty, eventCodes, parameters } = info;
  const own = parameters.filter(({ valueName }) => OWN_PARAMETERS.includes(valueName));
  const places = areas.map(({ areaDesc: _, ...place }) => place);
  const times = [info.effective, info.onset, info.expires].map((time) => time && timeOf(time).getTime());
  // An event's code is the same in each language; its name is not and says nothing across languages.
  return JSON.stringify([
    places,
    categories,
    responseTypes,
    urgency,
    severity,
    certainty,
    eventCodes,
    own,
    times,
  ]);
}

/** Infos in the order of their message, then of the alert. The same language again begins another message. */
export function groupByLanguage(infos: readonly CapInfo[]): CapInfo[][] {
  const groups: { key: string; infos: CapInfo[] }[] = [];
  for (const info of infos) {
    const key = sameness(info);
    const language = info.language.toLowerCase();
    const group = groups.find(
      (one) => one.key === key && one.infos.every((other) => other.language.toLowerCase() !== language),
    );
    if (group) group.infos.push(info);
    else groups.push({ key, infos: [info] });
  }
  return groups.map((group) => group.infos);
}
