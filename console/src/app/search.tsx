import { useQuery } from "@tanstack/react-query";
import { SearchIcon } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { type MeJson, meQuery } from "../api/session.ts";
import { useTexts } from "../ui/texts.ts";
import styles from "./search.module.css";
import { SearchResults } from "./search-results.tsx";
import { searchTexts } from "./search-texts.ts";
import { useSearch } from "./use-search.ts";

/** Finds places, devices and broadcasts by name, from every page; `/` leads here. */
export default function Search() {
  const { data: me } = useQuery(meQuery);
  return me ? <SearchBox me={me} /> : null;
}

function SearchBox({ me }: { me: MeJson }) {
  const words = useTexts(searchTexts);
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const { found, error, isSettled } = useSearch(me, text);
  const isOpen = open && text.trim() !== "";
  const current = found[Math.min(active, found.length - 1)];

  function close() {
    setOpen(false);
    setActive(0);
  }
  function go(href: string) {
    close();
    setText("");
    input.current?.blur();
    navigate(href);
  }
  function onKeyDown(event: KeyboardEvent) {
    // Enter and arrows choose among the signs of an input method.
    if (event.nativeEvent.isComposing) return;
    const last = found.length - 1;
    const here = Math.min(active, Math.max(0, last));
    const next = {
      ArrowDown: here === last ? 0 : here + 1,
      ArrowUp: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Escape") {
      if (isOpen) close();
      else input.current?.blur();
    } else if (isOpen && event.key === "Enter" && current) go(current.href);
    else if (isOpen && next !== undefined && found.length > 0) setActive(next);
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: the element of this role is younger than browsers in offices
    <div
      className={styles.search}
      role="search"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
    >
      <SearchIcon aria-hidden />
      <input
        ref={input}
        data-search
        role="combobox"
        type="text"
        autoComplete="off"
        spellCheck={false}
        maxLength={50}
        value={text}
        placeholder={words.placeholder}
        aria-label={words.label}
        aria-expanded={isOpen}
        aria-controls={`${id}list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && current ? `${id}${current.group}${current.id}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden>/</kbd>
      <SearchResults
        id={id}
        isOpen={isOpen}
        found={found}
        current={current}
        isSettled={isSettled}
        error={error}
        onPick={({ href }) => go(href)}
      />
    </div>
  );
}
