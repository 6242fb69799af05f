import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { type TemplateJson, templatesQuery } from "../../api/templates.ts";
import { Button } from "../../ui/button.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { LevelBand, type LevelNumber, type ModeName } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./event-panel.module.css";
import type { Form, Origin } from "./form.ts";
import { newTexts } from "./texts.ts";

const LEVELS = [1, 2, 3, 4] as const;
/** The event of a test, which is never actual. */
const TEST = "00000";

export interface EventPanelProps {
  readonly mode: ModeName;
  readonly form: Pick<Form, "eventCode" | "level" | "origin" | "draft">;
  readonly onChange: (changes: Pick<Partial<Form>, "eventCode" | "level">) => void;
}

/** Event and level: chosen, they are one line that can be opened again. */
export function EventPanel({ mode, form, onChange }: EventPanelProps) {
  const isChosen = form.eventCode !== "" && form.level !== null;
  const [isOpen, setOpen] = useState(!isChosen);
  const box = useRef<HTMLDivElement>(null);
  const turn = (open: boolean) => {
    setOpen(open);
    // The button that was pressed is gone: whoever uses the keyboard goes on from here.
    box.current?.focus();
  };
  return (
    <div ref={box} tabIndex={-1} className={styles.box}>
      {isChosen && !isOpen ? (
        <ChosenEvent form={form} onOpen={() => turn(true)} />
      ) : (
        <EventChoice mode={mode} form={form} onChange={onChange} onDone={() => turn(false)} />
      )}
    </div>
  );
}

/** The kinds of event, each once however many templates it has. */
function eventsOf(templates: readonly TemplateJson[], mode: ModeName): TemplateJson[] {
  const byCode = new Map<string, TemplateJson>();
  for (const one of templates) {
    if (mode === "actual" && one.eventCode === TEST) continue;
    if (!byCode.has(one.eventCode)) byCode.set(one.eventCode, one);
  }
  return [...byCode.values()];
}

/** The name of an event in the language of the page. */
export function useEventName(): (code: string) => string {
  const language = useLanguage();
  const { data } = useQuery(templatesQuery);
  return (code) => data?.items.find(({ eventCode }) => eventCode === code)?.event?.[language] ?? code;
}

function ChosenEvent({ form, onOpen }: { form: EventPanelProps["form"]; onOpen: () => void }) {
  const words = useTexts(newTexts);
  const nameOf = useEventName();
  const { data } = useQuery(templatesQuery);
  const level = form.level as LevelNumber;
  const ofEvent = data?.items.find(({ eventCode }) => eventCode === form.eventCode)?.responseTypes;
  // An all-clear tells nobody to leave, whatever its event's warnings do.
  const own = form.draft?.kind ? form.draft.message.responseTypes : undefined;
  const responses = own ?? ofEvent ?? [];
  const facts = [
    form.eventCode,
    words.colours[level],
    ...responses.map((one) => words.responses[one] ?? one),
  ];
  return (
    <section className={styles.chosen} aria-label={words.event}>
      <LevelBand level={level} />
      <b>{nameOf(form.eventCode)}</b>
      <span className={styles.facts}>{facts.join(" · ")}</span>
      <span className={styles.end}>
        {form.origin && <OriginLine origin={form.origin} />}
        <Button look="quiet" small onClick={onOpen}>
          {words.changeEvent}
        </Button>
      </span>
    </section>
  );
}

function OriginLine({ origin }: { origin: Origin }) {
  const words = useTexts(newTexts);
  const text =
    origin.type === "copy"
      ? words.originCopy(origin.headline)
      : origin.type === "alarm"
        ? words.originAlarm(origin.alarm)
        : words.originAlert(origin.sender);
  return <span className={styles.origin}>{text}</span>;
}

function EventChoice({ mode, form, onChange, onDone }: EventPanelProps & { onDone: () => void }) {
  const words = useTexts(newTexts);
  const templates = useQuery(templatesQuery);
  const isChosen = form.eventCode !== "" && form.level !== null;
  return (
    <Panel title={words.event}>
      <div className={styles.choice}>
        <Loaded query={templates} lines={3}>
          {({ items }) => (
            <EventSearch
              events={eventsOf(items, mode)}
              chosen={form.eventCode}
              onChoose={(eventCode) => onChange({ eventCode })}
            />
          )}
        </Loaded>
        <LevelChoice level={form.level} onChange={(level) => onChange({ level })} />
        {isChosen && (
          <div>
            <Button onClick={onDone}>{words.keepEvent}</Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

interface EventSearchProps {
  readonly events: readonly TemplateJson[];
  readonly chosen: string;
  readonly onChoose: (eventCode: string) => void;
}

function matches({ eventCode, event }: TemplateJson, text: string): boolean {
  const looked = text.trim().toLowerCase();
  return [eventCode, event?.zh, event?.en].some((name) => name?.toLowerCase().includes(looked));
}

/** A field that narrows the list below it; Enter takes the first that is left. */
function EventSearch({ events, chosen, onChoose }: EventSearchProps) {
  const words = useTexts(newTexts);
  const nameOf = useEventName();
  const [text, setText] = useState("");
  const group = useId();
  const found = events.filter((event) => matches(event, text));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (found[0]) onChoose(found[0].eventCode);
  };
  return (
    <div className={styles.search}>
      <input
        type="search"
        className={styles.find}
        aria-label={words.findEvent}
        placeholder={words.findEvent}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {found.length === 0 && <p>{words.noEvent(text)}</p>}
      <div className={styles.events} role="radiogroup" aria-label={words.event}>
        {found.map(({ eventCode }) => (
          <label key={eventCode} className={styles.event}>
            <input
              type="radio"
              name={`${group}event`}
              checked={eventCode === chosen}
              onChange={() => onChoose(eventCode)}
            />
            <span>
              {nameOf(eventCode)} <small>{eventCode}</small>
            </span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** Four bands, each with numeral and word: a level is never told by colour alone. */
function LevelChoice({
  level,
  onChange,
}: {
  level: LevelNumber | null;
  onChange: (level: LevelNumber) => void;
}) {
  const words = useTexts(newTexts);
  const group = useId();
  return (
    <fieldset className={styles.levels}>
      <legend>{words.level}</legend>
      {LEVELS.map((one) => (
        <label key={one} className={styles.level}>
          <input type="radio" name={`${group}level`} checked={one === level} onChange={() => onChange(one)} />
          <LevelBand level={one} />
        </label>
      ))}
    </fieldset>
  );
}
