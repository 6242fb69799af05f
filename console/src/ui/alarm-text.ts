import type { Language } from "./texts.ts";
import { fullMoment } from "./time.ts";

interface Said {
  readonly text: Readonly<Record<Language, string>>;
}

const UTC_MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** What an alarm says. The platform writes moments in it for programs; people read Beijing's. */
export const alarmText = ({ text }: Said, language: Language): string =>
  text[language].replace(UTC_MOMENT, (moment) => fullMoment(moment));

/** Without what was measured, or since when: for a line in which there is room for one thing. */
export const alarmHead = ({ text }: Said, language: Language): string =>
  text[language].split(/[（(；;]/, 1)[0]!.trimEnd();
