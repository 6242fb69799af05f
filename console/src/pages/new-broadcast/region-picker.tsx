import { ChevronRight, X } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { placeName } from "../../map/place-name.ts";
import { useTexts } from "../../ui/texts.ts";
import { rememberRegion } from "./recent-regions.ts";
import { type RegionChoice, useRegionChoices } from "./region-choices.ts";
import styles from "./region-picker.module.css";
import type { NamedRegion } from "./target.ts";
import { newTexts } from "./texts.ts";

export interface RegionPickerProps {
  readonly regions: readonly NamedRegion[];
  readonly onAdd: (region: NamedRegion) => void;
  readonly onDrop: (code: string) => void;
}

/**
 * The regions that are aimed at, and a field to add more: by name, or down the tree. ArrowRight looks into the region
 * that is marked, ArrowLeft goes back up.
 */
export function RegionPicker({ regions, onAdd, onDrop }: RegionPickerProps) {
  const words = useTexts(newTexts);
  return (
    <div className={styles.picker}>
      {regions.map(({ code, name }) => (
        <span key={code} className={styles.chip}>
          {placeName(name)}
          <button type="button" aria-label={words.dropRegion(placeName(name))} onClick={() => onDrop(code)}>
            <X aria-hidden />
          </button>
        </span>
      ))}
      <RegionField
        isEmpty={regions.length === 0}
        onAdd={onAdd}
        onDropLast={() => {
          const last = regions.at(-1);
          if (last) onDrop(last.code);
        }}
      />
    </div>
  );
}

function RegionField({
  isEmpty,
  onAdd,
  onDropLast,
}: {
  isEmpty: boolean;
  onAdd: (region: NamedRegion) => void;
  onDropLast: () => void;
}) {
  const words = useTexts(newTexts);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState(0);
  const [inside, setInside] = useState<NamedRegion>();
  const { choices, heading, isSearching } = useRegionChoices(text, inside);
  const at = Math.min(marked, choices.length - 1);
  const look = (into: NamedRegion | undefined) => {
    setInside(into);
    setMarked(0);
    setText("");
    field.current?.focus();
  };
  const take = (choice: RegionChoice) => {
    rememberRegion(choice);
    onAdd(choice);
    setText("");
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const choice = choices[at];
    const keys: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => (isOpen ? setMarked(Math.min(at + 1, choices.length - 1)) : setOpen(true)),
      ArrowUp: () => setMarked(Math.max(at - 1, 0)),
      Enter: isOpen && choice ? () => take(choice) : undefined,
      Escape: isOpen ? () => setOpen(false) : undefined,
      ArrowRight: isOpen && text === "" && choice?.hasParts ? () => look(choice) : undefined,
      ArrowLeft: isOpen && text === "" && inside ? () => look(undefined) : undefined,
      Backspace: text === "" ? onDropLast : undefined,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears where the focus goes
    <div
      className={styles.field}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <input
        ref={field}
        role="combobox"
        aria-label={words.findRegion}
        aria-expanded={isOpen}
        aria-controls={`${id}list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && choices[at] ? `${id}${choices[at].code}` : undefined}
        placeholder={isEmpty || text === "" ? words.addRegion : undefined}
        autoComplete="off"
        value={text}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setText(event.target.value);
          setMarked(0);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
      />
      {isOpen && (
        <div className={styles.popup}>
          <p className={styles.heading}>
            {heading}
            <span>{words.keys}</span>
          </p>
          {choices.length === 0 && !isSearching && <p className={styles.none}>{words.noRegion}</p>}
          <ChoiceList id={id} choices={choices} marked={at} onTake={take} onLook={look} onMark={setMarked} />
        </div>
      )}
    </div>
  );
}

interface ChoiceListProps {
  readonly id: string;
  readonly choices: readonly RegionChoice[];
  readonly marked: number;
  readonly onTake: (choice: RegionChoice) => void;
  readonly onLook: (choice: RegionChoice) => void;
  readonly onMark: (at: number) => void;
}

/** The field keeps the focus: the marked one is told by `aria-activedescendant`. */
function ChoiceList({ id, choices, marked, onTake, onLook, onMark }: ChoiceListProps) {
  const words = useTexts(newTexts);
  return (
    <div id={`${id}list`} role="listbox" aria-label={words.regionsFound} className={styles.list}>
      {choices.map((choice, place) => (
        // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
        <div
          key={choice.code}
          id={`${id}${choice.code}`}
          role="option"
          aria-selected={place === marked}
          className={styles.option}
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => onMark(place)}
          onClick={() => onTake(choice)}
        >
          <span>{placeName(choice.name)}</span>
          <small>{[choice.where, words.regionLevels[choice.level]].filter(Boolean).join(" · ")}</small>
          {choice.hasParts && (
            // For the pointer; by keyboard it is ArrowRight.
            <span
              className={styles.into}
              title={words.open(placeName(choice.name))}
              aria-hidden
              onClick={(event) => {
                event.stopPropagation();
                onLook(choice);
              }}
            >
              <ChevronRight />
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
