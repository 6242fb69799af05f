import { Check, EarOff } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import type { TileState } from "../../map/tile-state.ts";
import { StateGlyph, type StateName } from "../../ui/marks.tsx";
import { count, listOf } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./side.module.css";
import { wallTexts } from "./texts.ts";
import tiles from "./wall-tiles.module.css";

/** The number that decides, of all. */
export function Hero({
  value,
  all,
  word,
  about,
}: {
  value: number;
  all: number;
  word: string;
  about: string;
}) {
  // Beside long numbers there is no room for words.
  const digits = count(value).length + count(all).length;
  return (
    <div className={`${styles.hero} ${digits > 4 ? styles.long : ""}`}>
      <b>{count(value)}</b>
      <span className={styles.of}>/ {count(all)}</span>
      <span className={styles.word}>
        <b>
          <Check aria-hidden /> {word}
        </b>
        {about}
      </span>
    </div>
  );
}

/** The same as one bar, with the patterns of the tiles. */
export function Segments({ parts }: { parts: readonly { state: TileState; value: number }[] }) {
  return (
    <div className={styles.segments} aria-hidden>
      {parts
        .filter(({ value }) => value > 0)
        .map(({ state, value }) => (
          <i key={state} className={tiles[state]} style={{ "--share": value } as CSSProperties} />
        ))}
    </div>
  );
}

interface WallFigure {
  readonly state: StateName;
  readonly name: string;
  readonly value: number;
  readonly isBad?: boolean;
}

export function Figures({ figures }: { figures: readonly WallFigure[] }) {
  return (
    <dl className={styles.figures}>
      {figures.map(({ state, name, value, isBad }) => (
        // Nothing wrong is nothing red.
        <div key={name} className={isBad && value > 0 ? styles.bad : ""}>
          <dt>
            <StateGlyph state={state} />
            {name}
          </dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A village by the name that people use, and its township. */
interface NamedVillage {
  readonly code: string;
  readonly name: string;
  readonly township: string;
}

/** Up to so many are named with their township, large; with their names alone, less large; small. */
const WITH_TOWNSHIP = 4;
const LARGE = 12;
const MOST_NAMED = 20;

/** Villages for which somebody has to go, by name. All of them stand in the matrix as well. */
export function SilentBox({ title, villages }: { title: string; villages: readonly NamedVillage[] }) {
  const words = useTexts(wallTexts).silent;
  if (villages.length === 0) return null;
  const look =
    villages.length <= WITH_TOWNSHIP ? styles.few : villages.length <= LARGE ? styles.some : styles.many;
  const rest = villages.length - MOST_NAMED;
  return (
    <section className={styles.silent}>
      <h2>
        <EarOff aria-hidden />
        {title}
        <b>{count(villages.length)}</b>
        <span>{words.sendSomebody}</span>
      </h2>
      <ul className={look}>
        {villages.slice(0, MOST_NAMED).map(({ code, name, township }) => (
          <li key={code}>
            {name}
            {villages.length <= WITH_TOWNSHIP && <small>{township}</small>}
          </li>
        ))}
        {rest > 0 && <li>{words.rest(count(rest))}</li>}
      </ul>
    </section>
  );
}

export const SideList = ({ children }: { children: ReactNode }) => (
  <dl className={styles.list}>{children}</dl>
);

/** So many characters of names fit beside the title of a line. */
const CHARACTERS = 11;

/** The first names that fit into one line; all of them stand in the matrix. */
export function namesThatFit(names: readonly string[]): readonly string[] {
  let left = CHARACTERS;
  return names.filter((name) => {
    left -= name.length + 1;
    return left >= -1;
  });
}

/** So wide is a line of title, number and example, in letters; a Chinese character is as wide as two. */
const LINE = 41;
const widthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character > "\u2e7f" ? 2 : 1), 0);

/** One line below the box: names, and their number where there are more. */
export function SideLine({
  title,
  names,
  about,
}: {
  title: string;
  names: readonly string[];
  about?: string;
}) {
  const words = useTexts(wallTexts).silent;
  const language = useLanguage();
  if (names.length === 0) return null;
  const shown = namesThatFit(names);
  const many = words.villages(count(names.length));
  const example = words.such(listOf(shown.slice(0, 2), language));
  const isExampleShown = shown.length > 0 && widthOf(title + many + example) <= LINE;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {shown.length === names.length ? (
          names.map((name) => <span key={name}>{name}</span>)
        ) : (
          <span>{many}</span>
        )}
        {about && <small>{about}</small>}
        {about === undefined && shown.length < names.length && isExampleShown && <small>{example}</small>}
      </dd>
    </>
  );
}
