import type { ModeName } from "../../ui/marks.tsx";
import { isChinese, type SpokenText } from "./text-checks.ts";

/** What the platform puts around the texts of a drill and a training. */
const FRAMES = {
  drill: { zh: ["【演习】", "以上是演习。"], en: ["[DRILL] ", " This is a drill."] },
  training: { zh: ["【培训】", "以上是培训内容。"], en: ["[TRAINING] ", " This is for training only."] },
} as const;

type Framed = keyof typeof FRAMES;
const frameOf = (mode: Framed, text: SpokenText) => FRAMES[mode][isChinese(text) ? "zh" : "en"];

function unframe(text: SpokenText): SpokenText {
  return (Object.keys(FRAMES) as Framed[]).reduce((rest, mode) => {
    const [before, after] = frameOf(mode, text);
    const strip = (part: string) => {
      const begun = part.startsWith(before) ? part.slice(before.length) : part;
      return begun.endsWith(after) ? begun.slice(0, -after.length) : begun;
    };
    return mapParts(rest, strip, strip);
  }, text);
}

function mapParts(
  text: SpokenText,
  headline: (part: string) => string,
  heard: (part: string) => string,
): SpokenText {
  const { language, instruction } = text;
  return {
    language,
    headline: headline(text.headline),
    description: heard(text.description),
    ...(instruction ? { instruction: heard(instruction) } : {}),
  };
}

/** A text for another mode: the frame of the old one comes off, that of the new one goes on. */
export function reframe(text: SpokenText, mode: ModeName): SpokenText {
  const bare = unframe(text);
  if (mode === "actual") return bare;
  const [before, after] = frameOf(mode, bare);
  const framed = mapParts(
    bare,
    (part) => before + part,
    (part) => part + after,
  );
  return { ...framed, description: before + framed.description };
}
