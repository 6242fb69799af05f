import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Listen } from "../../ui/listen.tsx";
import { type ModeName, Tag } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { duration } from "../../ui/time.ts";
import { type Fault, saysOfDrill } from "./draft-faults.ts";
import { readingSeconds, spokenCharacters } from "./filled-words.ts";
import { MarkedArea } from "./marked-area.tsx";
import {
  faultsOf,
  LIMITS,
  type SpokenText,
  TEXT_PARTS,
  type TextFault,
  type TextPart,
} from "./text-checks.ts";
import styles from "./text-panel.module.css";
import { newTexts } from "./texts.ts";

/** Whoever has to leave cannot hear it to its end. */
const LONG_MS = 5 * 60_000;

export interface TextPanelProps {
  readonly mode: ModeName;
  readonly texts: readonly SpokenText[];
  /** The template's, a person's, or the stored draft's: as they were, beside another event or place, or written anew. */
  readonly state: "template" | "edited" | "stored" | "unfollowed" | "rewritten";
  /** Those that the platform has, where it has any. */
  readonly stored: readonly SpokenText[] | undefined;
  /** False for a follow-up: the template of its event is that of a new warning. */
  readonly hasTemplate: boolean;
  readonly repeatCount: number;
  /** The words that the template has filled in, by language. */
  readonly wordsIn: (language: string) => readonly string[];
  /** What the platform refused when the draft was written. */
  readonly refused: readonly Fault[];
  readonly onChange: (texts: readonly SpokenText[]) => void;
  readonly onTemplate: () => void;
}

/** What is read aloud, Chinese first, as it will be read. */
export function TextPanel(props: TextPanelProps) {
  const { mode, texts, repeatCount, wordsIn, refused, onChange } = props;
  const words = useTexts(newTexts);
  const language = useLanguage();
  const heardMs = readingSeconds(texts) * repeatCount * 1000;
  const nameOf = (language: string) => words.languages[language] ?? language;
  return (
    <Panel
      title={words.text}
      about={
        <span className={styles.tags}>
          {texts.map(({ language }, at) => (
            <Tag key={language}>
              {nameOf(language)} · {at === 0 ? words.readFirst : words.readNext}
            </Tag>
          ))}
        </span>
      }
      more={
        texts.length > 0 && (
          <>
            {words.reading(count(spokenCharacters(texts)), count(readingSeconds(texts)), repeatCount)}
            <Listen texts={texts} />
          </>
        )
      }
    >
      <div className={styles.texts}>
        {texts.length === 0 && <p>{words.noText}</p>}
        {texts.map((text, at) => (
          <LanguageText
            key={text.language}
            mode={mode}
            text={text}
            filled={wordsIn(text.language)}
            refused={refused.filter(({ path }) => path.startsWith(`/texts/${at}`))}
            onChange={(changed) => onChange(texts.map((one, place) => (place === at ? changed : one)))}
          />
        ))}
        {heardMs > LONG_MS && (
          <Banner>{words.longReading(duration(heardMs, language), count(repeatCount))}</Banner>
        )}
        {texts.length > 0 && <p className={styles.hint}>{words.marked[mode]}</p>}
        <WhoseTexts {...props} />
      </div>
    </Panel>
  );
}

/** Whose words they are, and the ways to others: they change by a press, and never beside something else. */
function WhoseTexts({ state, stored, hasTemplate, onChange, onTemplate }: TextPanelProps) {
  const words = useTexts(newTexts);
  if (state === "template") return null;
  const isOther = state === "edited" || state === "rewritten";
  return (
    <p className={state === "unfollowed" ? styles.unfollowed : styles.hint} role="status">
      {words.whose[state]}
      {isOther && stored && (
        <Button look="quiet" small onClick={() => onChange(stored)}>
          {words.backToStored}
        </Button>
      )}
      {hasTemplate && state !== "rewritten" && (
        <Button look="quiet" small onClick={onTemplate}>
          {stored ? words.byTemplate : words.backToTemplate}
        </Button>
      )}
    </p>
  );
}

interface LanguageTextProps {
  readonly mode: ModeName;
  readonly text: SpokenText;
  readonly filled: readonly string[];
  readonly refused: readonly Fault[];
  readonly onChange: (text: SpokenText) => void;
}

function LanguageText({ mode, text, filled, refused, onChange }: LanguageTextProps) {
  const words = useTexts(newTexts);
  const faults = faultsOf(text, mode);
  const say = useFaultWords();
  const errorOf = (part: TextPart): string | undefined => {
    const own = faults.find((fault) => fault.part === part);
    if (own) return say(own);
    const theirs = refused.find(({ path }) => path.endsWith(`/${part}`));
    if (!theirs) return undefined;
    return saysOfDrill(theirs) ? words.platformFault[mode] : words.platformFault.training;
  };
  const name = words.languages[text.language] ?? text.language;
  return (
    <fieldset className={styles.language}>
      <legend>{name}</legend>
      {TEXT_PARTS.map((part) => (
        <MarkedArea
          key={part}
          label={words[part]}
          error={errorOf(part)}
          language={text.language}
          small={part === "headline"}
          value={text[part] ?? ""}
          words={filled}
          hint={nearLimit(text[part] ?? "", part)}
          onChange={(value) => onChange({ ...text, [part]: value })}
        />
      ))}
    </fieldset>
  );
}

/** The length, once little is left of what the platform takes. */
function nearLimit(text: string, part: TextPart): string | undefined {
  const { length } = text.trim();
  return length > LIMITS[part] * 0.9 ? `${count(length)} / ${count(LIMITS[part])}` : undefined;
}

/** What is wrong with a text, in words. */
function useFaultWords(): (fault: TextFault) => string {
  const { faults } = useTexts(newTexts);
  return (fault) => {
    if (fault.rule === "says_drill" || fault.rule === "blank_left") return faults[fault.rule](fault.says);
    if (fault.rule === "too_long") return faults.too_long(count(fault.length), count(fault.limit));
    return faults[fault.rule];
  };
}
