import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, lazy, type ReactNode, Suspense, useEffect, useEffectEvent, useState } from "react";
import { Redirect, Router, useLocation } from "wouter";
import { api, onSessionLost, read, setCsrfToken } from "../api/client.ts";
import { forgetWhoLeft, onLeft } from "../api/left.ts";
import { isApiError } from "../api/problem.ts";
import { makeQueryClient } from "../api/query-client.ts";
import { meQuery, sessionQuery } from "../api/session.ts";
import { ProblemView } from "../ui/problem-view.tsx";
import { LanguageContext } from "../ui/texts.ts";
import { forgetToasts, Toasts } from "../ui/toast.tsx";
import { Boundary, TryAgain } from "./boundary.tsx";
import { FrameProvider } from "./frame.tsx";
import { usePreferences } from "./preferences.ts";
import { Shell } from "./shell.tsx";
import { StreamHolder } from "./stream-holder.tsx";
import { useOnlyOwn } from "./use-only-own.ts";

const SignInAgain = lazy(() => import("./sign-in-again.tsx"));
const SignInPage = lazy(() => import("./sign-in-page.tsx"));
const Wall = lazy(() => import("../pages/wall/wall.tsx"));
const Pairing = lazy(() => import("../pages/wall/pairing.tsx"));
/** Outside of the shell: at a screen on a wall nobody clicks. */
const WALL = "/wall";
const LOOK_AGAIN_MS = 60_000;

/** The whole console: what every page needs around it, and the door before it. */
export function App() {
  const { language } = usePreferences();
  const { no, client } = useNothingOfFormer();
  return (
    // The page's policy allows no style element, and Base UI would add one.
    <CSPProvider disableStyleElements>
      <LanguageContext value={language}>
        <QueryClientProvider key={no} client={client}>
          <Router base="/console">
            <FrameProvider>
              <Gate>
                <Shell />
              </Gate>
            </FrameProvider>
            <Toasts />
          </Router>
        </QueryClientProvider>
      </LanguageContext>
    </CSPProvider>
  );
}

/** The whole console begins anew when somebody has signed out at this browser: no page, no answer, no toast stays. */
function useNothingOfFormer() {
  const [life, setLife] = useState(() => {
    forgetWhoLeft();
    return { no: 0, client: makeQueryClient() };
  });
  useEffect(
    () =>
      onLeft(() => {
        setCsrfToken(null);
        forgetToasts();
        setLife(({ no, client }) => {
          client.clear();
          return { no: no + 1, client: makeQueryClient() };
        });
      }),
    [],
  );
  return life;
}

/** Nobody passes without a session. One that ends later is renewed in a dialog, over what was being written. */
function Gate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const session = useQuery(sessionQuery);
  const me = useQuery({ ...meQuery, enabled: session.data !== undefined });
  const [lost, setLost] = useState(false);
  const [path] = useLocation();
  const isWall = path === WALL;
  useEffect(() => onSessionLost(() => setLost(true)), []);
  useOnlyOwn(me.data?.id);

  async function signedIn() {
    await queries.resetQueries();
    setLost(false);
  }

  /** The browser has one cookie for all tabs. What is on screen stays where the same person has signed in again. */
  async function takeUpSession(person: string) {
    await queries.refetchQueries({ queryKey: sessionQuery.queryKey });
    const now = await queries.fetchQuery({ ...meQuery, staleTime: 0 });
    await (now.id === person ? queries.invalidateQueries() : queries.resetQueries());
    setLost(false);
  }

  if (session.data && me.data) {
    const isDisplay = me.data.type === "display";
    if (isDisplay && lost) return <PairingDoor isEnded onDone={() => void signedIn()} />;
    if (isDisplay && !isWall) return <Redirect to={WALL} replace />;
    return (
      <>
        <StreamHolder
          key={session.data.session.no}
          session={session.data.session.no}
          onEnded={() => setLost(true)}
          onOtherSession={() => void takeUpSession(me.data.id)}
        />
        {/* What one person has begun on a page is not gone on with under the name of another. */}
        <Fragment key={me.data.id}>{isWall ? <WallRoom /> : children}</Fragment>
        {lost && (
          <Suspense>
            <SignInAgain
              me={me.data}
              onDone={() => void queries.invalidateQueries().then(() => setLost(false))}
            />
          </Suspense>
        )}
      </>
    );
  }
  const error = session.error ?? me.error;
  if (isApiError(error, "unauthorized", "session_not_found") || (lost && !session.data)) {
    const onDone = () => void signedIn();
    if (isWall) return <PairingDoor onDone={onDone} />;
    return (
      <Boundary where="door">
        <Suspense>
          <SignInPage onDone={onDone} />
        </Suspense>
      </Boundary>
    );
  }
  if (error && isWall) return <TryAgain error={error} onAgain={() => void session.refetch()} />;
  if (error) return <ProblemView error={error} onAgain={() => void session.refetch()} />;
  return null;
}

const WallRoom = () => (
  <Boundary where={WALL} unattended>
    <Suspense>
      <Wall />
    </Suspense>
  </Boundary>
);

interface PairingDoorProps {
  readonly isEnded?: boolean;
  readonly onDone: () => void;
}

/** Nobody stands here: a screen that was taken for ended by mistake, as while the platform started, finds back by itself. */
function PairingDoor({ isEnded, onDone }: PairingDoorProps) {
  const found = useEffectEvent(async () => {
    const facts = await read(api.GET("/v1/console")).catch(() => undefined);
    if (facts?.signedIn) onDone();
  });
  useEffect(() => {
    const timer = setInterval(() => void found(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Boundary where={WALL} unattended>
      <Suspense>
        <Pairing isEnded={isEnded === true} onDone={onDone} />
      </Suspense>
    </Boundary>
  );
}
