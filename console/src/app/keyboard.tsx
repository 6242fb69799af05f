import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { meQuery } from "../api/session.ts";
import { isOpenTo, RAIL } from "./routes.tsx";

const KeyboardHelp = lazy(() => import("./keyboard-help.tsx"));

/** So long after `g` the second key counts, in milliseconds. */
const SECOND_KEY_MS = 1500;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** In lists marked with `data-list`, `j` and `k` go down and up from link to link. */
function moveInList(step: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>("[data-list] :is(a, button)[data-item]")];
  if (items.length === 0) return;
  const here = items.indexOf(document.activeElement as HTMLElement);
  const next =
    here < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, here + step));
  items[next]?.focus();
}

/** Keys that hold on every page. None of them releases, approves or cancels anything. */
export function Keyboard() {
  const { data: me } = useQuery(meQuery);
  const [, navigate] = useLocation();
  const [help, setHelp] = useState(false);
  const pressedG = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      const afterG = event.timeStamp - pressedG.current < SECOND_KEY_MS;
      pressedG.current = 0;
      const page =
        afterG && me ? RAIL.find(({ key, needs }) => key === event.key && isOpenTo(me, needs)) : undefined;
      if (page) navigate(page.href);
      else if (event.key === "g") pressedG.current = event.timeStamp;
      else if (event.key === "?") setHelp(true);
      else if (event.key === "j") moveInList(1);
      else if (event.key === "k") moveInList(-1);
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("[data-search]");
        if (!search) return;
        search.focus();
        event.preventDefault();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [me, navigate]);
  return (
    help && (
      <Suspense>
        <KeyboardHelp onClose={() => setHelp(false)} />
      </Suspense>
    )
  );
}
