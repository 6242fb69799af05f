import { editDistance, mayBeMeant } from "../edit-distance.ts";

/** An environment variable that is no setting but resembles one. */
export interface StrangeName {
  readonly name: string;
  /** The settings that it may stand for; empty where it only begins like some. */
  readonly meant: readonly string[];
  /** True when no other program is given a variable of this name: the setting is misspelt. */
  readonly isMisspelt: boolean;
}

/**
 * Variables that other programs are given on purpose under names that resemble ours. They are never an error, and the
 * operator hears of one only where a letter or two would make it a setting.
 */
const OF_OTHERS: ReadonlySet<string> = new Set([
  "HTTPS_PORT",
  "HTTPD_PORT",
  "MQTTS_PORT",
  "MQTT_WSS_PORT",
  "INSTANCE_IP",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "HTTP_HOST",
  "LOGLEVEL",
  "DATADIR",
  "DATABASE_URI",
  "SESSION_MANAGER",
  "API_KEY",
  "CLIENT_ID",
  "CLIENT_SECRET",
]);

/**
 * True for a setting's name with a digit or in other letters. DATABASE_URL_2 and HTTP2_PORT belong to a second database
 * and to another protocol, and in a file for several programs log_level may belong to another one.
 */
const isVariant = (name: string, settings: readonly string[]): boolean =>
  settings.includes(name.toUpperCase().replaceAll(/_?\d+/g, ""));

/**
 * True for the variables that Kubernetes and Docker set for services: `MQTT_SERVICE_HOST`,
 * `DATABASE_PORT_5432_TCP_ADDR`.
 */
function isOfService(form: string): boolean {
  const words = form.split("_");
  return words.some(
    (word, at) =>
      (word === "SERVICE" && ["HOST", "PORT"].includes(words[at + 1] ?? "")) ||
      (word === "PORT" && ["TCP", "UDP"].includes(words[at + 2] ?? "")),
  );
}
const ADDRESS_OF_A_SERVICE = /^(tcp|udp):\/\//;

/** Names and words shorter than this mean too much in one letter: `HOST` and `HOME` are two apart. */
const SHORT_NAME = 8;
const SHORT_WORD = 5;

/**
 * Names of the environment that are no setting and may have been meant for one: one or two letters away from it,
 * without one of its words, or beginning with a word that several settings begin with.
 */
export function strangeNames(
  env: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): StrangeName[] {
  const known = new Set(settings);
  const first = settings.map((setting) => setting.split("_")[0]!);
  const prefixes = new Set(first.filter((word, index) => first.indexOf(word) !== index));
  return Object.entries(env).flatMap(([name, value]) => {
    if (known.has(name) || value === undefined || value === "") return [];
    const form = name.toUpperCase().replaceAll(/[-.]/g, "_");
    if (isOfService(form) || ADDRESS_OF_A_SERVICE.test(value)) return [];
    const misspelt = settings.filter((setting) => isMisspelt(form, setting));
    const ofOthers = OF_OTHERS.has(form) || isVariant(name, settings);
    if (misspelt.length > 0) {
      const isLong = misspelt.some((setting) => setting.length >= SHORT_NAME);
      return isLong || name === form ? { name, meant: misspelt, isMisspelt: isLong && !ofOthers } : [];
    }
    if (ofOthers || name !== form) return [];
    const shortened = settings.filter((setting) => lacksOneWord(form, setting));
    const begins = form.includes("_") && prefixes.has(form.split("_")[0]!);
    return shortened.length > 0 || begins ? { name, meant: shortened, isMisspelt: false } : [];
  });
}

/** The sentence that tells the operator about one such name. */
export const sentenceOn = ({ name, meant }: StrangeName): string =>
  meant.length === 0
    ? `${name} is no setting, though it begins like some`
    : `${name} is no setting${mayBeMeant(meant)}`;

/** True when a slip of the hand turns one into the other: letters, or the underscore between two words. */
function isMisspelt(form: string, setting: string): boolean {
  const most = setting.length < SHORT_NAME ? 1 : 2;
  if (Math.abs(form.length - setting.length) > most || distance(form, setting) > most) return false;
  const [words, expected] = [form.split("_"), setting.split("_")];
  // MQTT_HOST is no MQTT_PORT: short words are other words when two letters of them differ.
  if (words.length === expected.length)
    return words.every((word, index) => {
      const other = expected[index]!;
      return distance(word, other) <= (Math.min(word.length, other.length) < SHORT_WORD ? 1 : 2);
    });
  return distance(form.replaceAll("_", ""), setting.replaceAll("_", "")) <= 1;
}

/** How many letters were left out, put in, changed or swapped with the next one. */
const distance = (one: string, other: string): number => editDistance(one, other, 1);

/**
 * True when the name is the setting without one of its words. Two words are too few: one that is left could mean
 * anything.
 */
function lacksOneWord(form: string, setting: string): boolean {
  const expected = setting.split("_");
  if (expected.length < 3) return false;
  return expected.some((_, at) => expected.toSpliced(at, 1).join("_") === form);
}
