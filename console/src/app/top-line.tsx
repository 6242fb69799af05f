import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { meQuery } from "../api/session.ts";
import { LiveState } from "./live-state.tsx";
import styles from "./top-line.module.css";
import { WhoAmI } from "./who-am-i.tsx";

const PlaceLine = lazy(() => import("./place-line.tsx"));
const Search = lazy(() => import("./search.tsx"));
const AccountMenu = lazy(() => import("./account-menu.tsx"));

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
      {me && (
        <Suspense
          fallback={
            <div className={styles.who}>
              <WhoAmI me={me} />
            </div>
          }
        >
          <AccountMenu me={me} />
        </Suspense>
      )}
    </header>
  );
}
