import { frameOf } from "./frame.ts";
import { editionOf, type Hj212Message, wantsAnswer } from "./message.ts";

/** What the platform says to stations. Pure: words in, packets out. */

/** Commands that only tell something, and are answered by 9013 instead of 9014. */
const NOTICES: ReadonlySet<string> = new Set(["1013", "1014", "2012", "2022"]);

/** The station itself, as it has to be addressed: its own names, password and edition. */
export type Addressee = Pick<Hj212Message, "st" | "pw" | "mn" | "flag">;

/** The command that answers a station's; undefined where none does. */
function answerCommand(cn: string): string | undefined {
  if (NOTICES.has(cn)) return "9013";
  // Whether the heartbeat of 2025 is answered is not known; an answer harms nobody who asks for it.
  return /^[23]/.test(cn) || cn === "9015" ? "9014" : undefined;
}

/** The answer to a station's message; undefined where it wants none, or where none is known. */
export function answerTo(message: Hj212Message): Buffer | undefined {
  const { qn, pw, mn } = message;
  const cn = wantsAnswer(message) ? answerCommand(message.cn) : undefined;
  return cn === undefined
    ? undefined
    : packet({ qn, st: "91", cn, pw, mn, flag: editionOf(message) << 2 }, "");
}

/** A request to a station, which is to answer it. */
export const requestTo = ({ st, pw, mn, flag }: Addressee, qn: string, cn: string, content: string): Buffer =>
  packet({ qn, st, cn, pw, mn, flag: (editionOf({ flag }) << 2) | 1 }, content);

interface Head extends Addressee {
  readonly qn: string | undefined;
  readonly cn: string;
}

function packet({ qn, st, cn, pw, mn, flag }: Head, content: string): Buffer {
  const head: readonly (readonly [string, string | undefined])[] = [
    ["QN", qn],
    ["ST", st],
    ["CN", cn],
    ["PW", pw],
    ["MN", mn],
    ["Flag", String(flag)],
  ];
  const words = head.flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value};`));
  return frameOf(`${words.join("")}CP=&&${content}&&`);
}

/** China's time, which HJ 212 writes without a zone. */
const CHINA_MS = 8 * 60 * 60 * 1000;

/** A moment as the standard writes it: 14 digits, or 17 with milliseconds. */
export const digitsOf = (at: number, count: 14 | 17): string =>
  new Date(at + CHINA_MS).toISOString().replaceAll(/\D/g, "").slice(0, count);
