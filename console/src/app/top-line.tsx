import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { type MeJson, meQuery } from "../api/session.ts";
import { useTexts } from "../ui/texts.ts";
import { LiveState } from "./live-state.tsx";
import { shellTexts } from "./shell-texts.ts";
import styles from "./top-line.module.css";
import { WhoAmI } from "./who-am-i.tsx";

const PlaceLine = lazy(() => import("./place-line.tsx"));
const Search = lazy(() => import("./search.tsx"));
const loadAccountMenu = () => import("./account-menu.tsx");
const AccountMenu = lazy(loadAccountMenu);

/** Search, whether what is shown is live, the server's clock, and who I am. */
export function TopLine() {
  const { data: me } = useQuery(meQuery);
  return (
    <header className={styles.top}>
      <Suspense>
        <PlaceLine />
      </Suspense>
      <div className={styles.space} />
      <Suspense fallback={<div className={styles.search} />}>
        <Search />
      </Suspense>
      <LiveState />
      {me && <Account me={me} />}
    </header>
  );
}

/** A menu takes as much to load as half of a page, so it comes when somebody first wants it. */
function Account({ me }: { me: MeJson }) {
  const words = useTexts(shellTexts);
  const [isWanted, setIsWanted] = useState(false);
  const button = (
    <button
      type="button"
      className={styles.who}
      title={words.account}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void loadAccountMenu()}
      onFocus={() => void loadAccountMenu()}
      onClick={() => setIsWanted(true)}
    >
      <WhoAmI me={me} />
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenu me={me} />
    </Suspense>
  );
}
