import { Play, Square } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "./button.tsx";
import styles from "./listen.module.css";
import { defineTexts, useTexts } from "./texts.ts";

const texts = defineTexts(
  {
    listen: "试听",
    stop: "停",
    only: "仅供试听：这台电脑的声音，没有喇叭会响",
    short: "仅供试听",
    noVoice: "这台电脑没有本地的中文语音，不能试听",
  },
  {
    listen: "Listen",
    stop: "Stop",
    only: "For listening here only: this computer's voice, no speaker sounds",
    short: "here only",
    noVoice: "This computer has no local Chinese voice to listen with",
  },
);

/** What can be listened to. */
export interface Heard {
  readonly language: string;
  readonly description: string;
  readonly instruction?: string | undefined;
}

const NONE: readonly SpeechSynthesisVoice[] = [];
let voices = NONE;
/** Browsers know their voices only some time after the page has opened. */
function readVoices(): readonly SpeechSynthesisVoice[] {
  if (typeof speechSynthesis === "undefined") return NONE;
  // A voice of a network service would send the text of a warning elsewhere.
  const local = speechSynthesis.getVoices().filter(({ localService }) => localService);
  if (local.length !== voices.length || local.some((voice, at) => voice !== voices[at])) voices = local;
  return voices;
}
function hearVoices(hearer: () => void): () => void {
  if (typeof speechSynthesis === "undefined") return () => {};
  speechSynthesis.addEventListener?.("voiceschanged", hearer);
  return () => speechSynthesis.removeEventListener?.("voiceschanged", hearer);
}

const base = (language: string): string => language.toLowerCase().split("-")[0]!;
const voiceFor = (known: readonly SpeechSynthesisVoice[], language: string) =>
  known.find(({ lang }) => lang.replace("_", "-").toLowerCase() === language.toLowerCase()) ??
  known.find(({ lang }) => base(lang.replace("_", "-")) === base(language));

/** Reads texts aloud with this computer's own voice, language by language; without one it says so. */
export function Listen({ texts: heard }: { texts: readonly Heard[] }) {
  const words = useTexts(texts);
  const known = useSyncExternalStore(hearVoices, readVoices);
  const [isReading, setReading] = useState(false);
  useEffect(() => () => globalThis.speechSynthesis?.cancel(), []);
  const spoken = heard.flatMap((text) => {
    const voice = voiceFor(known, text.language);
    return voice ? [{ text, voice }] : [];
  });
  if (spoken.length === 0) return <span className={styles.none}>{words.noVoice}</span>;
  const stop = () => {
    speechSynthesis.cancel();
    setReading(false);
  };
  const listen = () => {
    speechSynthesis.cancel();
    for (const [at, { text, voice }] of spoken.entries()) {
      const utterance = new SpeechSynthesisUtterance(`${text.description}\n${text.instruction ?? ""}`);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      if (at === spoken.length - 1) utterance.onend = () => setReading(false);
      speechSynthesis.speak(utterance);
    }
    setReading(true);
  };
  return (
    <span className={styles.listen}>
      <small title={words.only}>{words.short}</small>
      <Button small onClick={isReading ? stop : listen}>
        {isReading ? <Square aria-hidden /> : <Play aria-hidden />}
        {isReading ? words.stop : words.listen}
      </Button>
    </span>
  );
}
