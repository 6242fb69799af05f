import { useQuery } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { matchRoute, Route, Switch, useLocation, useRouter } from "wouter";
import { meQuery } from "../api/session.ts";
import { isReadable } from "../ui/address.ts";
import { Skeleton } from "../ui/empty.tsx";
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
            <Suspense fallback={<Coming path={path} />}>
              {isTopComing ? <Coming path={path} isUnseen /> : <Pages />}
            </Suspense>
          </Boundary>
        </main>
      </div>
      <Keyboard />
    </div>
  );
}

/**
 * In place of a page until it can be shown; its files come meanwhile.
 * @param isUnseen true: what comes above it would push it away, so only its room is there
 */
function Coming({ path, isUnseen }: { path: string; isUnseen?: boolean }) {
  const words = useTexts(shellTexts);
  const { parser } = useRouter();
  useEffect(() => {
    const route = ROUTES.find((one) => matchRoute(parser, one.path, path)[0]);
    // Where they do not come, the page says so when it is shown.
    route?.load().catch(() => {});
  }, [parser, path]);
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
