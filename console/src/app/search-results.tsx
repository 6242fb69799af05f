import { Building2, Megaphone, RadioTower } from "lucide-react";
import type { ReactNode } from "react";
import { isApiError } from "../api/problem.ts";
import { problemTitle } from "../api/problem-words.ts";
import { useLanguage, useTexts } from "../ui/texts.ts";
import styles from "./search.module.css";
import { searchTexts } from "./search-texts.ts";
import type { Found } from "./use-search.ts";

const GROUPS = ["places", "devices", "broadcasts"] as const;
const ICONS: Readonly<Record<Found["group"], ReactNode>> = {
  places: <Building2 aria-hidden />,
  devices: <RadioTower aria-hidden />,
  broadcasts: <Megaphone aria-hidden />,
};

export interface SearchResultsProps {
  /** Of the box, by which it names the option that Enter opens. */
  readonly id: string;
  readonly isOpen: boolean;
  readonly found: readonly Found[];
  readonly current: Found | undefined;
  readonly isSettled: boolean;
  readonly error: Error | null | undefined;
  readonly onPick: (found: Found) => void;
}

/** What was found, by sort; the box keeps the focus. */
export function SearchResults({ id, isOpen, found, current, isSettled, error, onPick }: SearchResultsProps) {
  const words = useTexts(searchTexts);
  const language = useLanguage();
  const message = error
    ? isApiError(error)
      ? problemTitle(error, language)
      : error.message
    : !isSettled
      ? words.seeking
      : found.length === 0
        ? words.none
        : words.found(found.length);
  return (
    <div className={styles.popup} hidden={!isOpen}>
      <div id={`${id}list`} role="listbox" aria-label={words.results}>
        {GROUPS.filter((group) => found.some((one) => one.group === group)).map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: options are grouped by role
          <div key={group} role="group" aria-labelledby={`${id}${group}`}>
            <div id={`${id}${group}`} className={styles.group}>
              {words.groups[group]}
            </div>
            {found
              .filter((one) => one.group === group)
              .map((one) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the box has the focus and takes the keys
                <div
                  key={one.id}
                  id={`${id}${group}${one.id}`}
                  role="option"
                  aria-selected={one === current}
                  className={styles.option}
                  // The box would lose its focus, and the list would close before the click.
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onPick(one)}
                >
                  {ICONS[group]}
                  <span className={styles.name}>{one.name}</span>
                  <span className={styles.about}>{one.about}</span>
                </div>
              ))}
          </div>
        ))}
      </div>
      <p className={styles.message} role="status">
        {isOpen && message}
      </p>
    </div>
  );
}
