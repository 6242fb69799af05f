import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { meQuery } from "../api/session.ts";
import { isReadable } from "../ui/address.ts";
import { Skeleton } from "../ui/empty.tsx";
import { SeenContext } from "../ui/seen.ts";
import { useTexts } from "../ui/texts.ts";
import { Boundary } from "./boundary.tsx";
import { ComingFrame, useFrame } from "./frame.tsx";
import { Keyboard } from "./keyboard.tsx";
import { NewVersion } from "./new-version.tsx";
import { NotFound } from "./not-found.tsx";
import { OnAirStrip, useIsTopComing } from "./on-air.tsx";
import { Rail } from "./rail.tsx";
import { ReviewBanner } from "./review-banner.tsx";
import { Ribbon } from "./ribbon.tsx";
import { isOpenTo, ROUTES } from "./routes.tsx";
import styles from "./shell.module.css";
import { shellTexts } from "./shell-texts.ts";
import { StaleBanner } from "./stale-banner.tsx";
import { TopLine } from "./top-line.tsx";

/** The addresses of pages of one broadcast, which are in a frame. */
const FRAMED = /^\/broadcasts\/(new\/.|(?!new$).)/;

/** The rail, the top line and the page between them; around all of it the frame of a broadcast. */
export function Shell() {
  const words = useTexts(shellTexts);
  const shown = useFrame();
  const frame = shown === "coming" ? undefined : shown;
  const [path] = useLocation();
  const isTopComing = useIsTopComing();
  return (
    <div
      className={`${styles.app} ${shown ? `${styles.framed} ${styles[frame?.mode ?? "coming"]}` : ""}`}
      data-mode={frame?.mode}
    >
      <a className={styles.skip} href="#content">
        {words.skip}
      </a>
      {frame && <Ribbon frame={frame} />}
      <div className={styles.grid}>
        <Rail />
        <TopLine />
        <main id="content" className={styles.page} tabIndex={-1}>
          {/* First: banners that come and go must not move a stop button. */}
          <OnAirStrip />
          <NewVersion />
          <StaleBanner />
          <ReviewBanner />
          <Boundary where={path}>
            <Suspense fallback={<Coming path={path} isUnseen={isTopComing} />}>
              {/* What comes above a page would push it away. Meanwhile it asks for what it shows. */}
              <div className={isTopComing ? styles.unseen : styles.seen} aria-busy={isTopComing}>
                <SeenContext value={!isTopComing}>
                  <Pages />
                </SeenContext>
              </div>
            </Suspense>
          </Boundary>
        </main>
      </div>
      <Keyboard />
    </div>
  );
}

/** In place of a page while its files come. */
function Coming({ path, isUnseen }: { path: string; isUnseen: boolean }) {
  const words = useTexts(shellTexts);
  return (
    <>
      {FRAMED.test(path) && <ComingFrame />}
      <div className={isUnseen ? styles.unseen : undefined}>
        <Skeleton lines={8} label={words.loading} />
      </div>
    </>
  );
}

/** What is not open to the caller does not exist, in the same words as what is not there. */
function Pages() {
  const { data: me } = useQuery(meQuery);
  const [path] = useLocation();
  if (!me) return null;
  if (!isReadable(path)) return <NotFound />;
  return (
    <Switch>
      {ROUTES.filter(({ needs }) => isOpenTo(me, needs)).map(({ path, page: Component }) => (
        <Route key={path} path={path}>
          <Component />
        </Route>
      ))}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
