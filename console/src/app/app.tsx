import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Router } from "wouter";
import { onSessionLost } from "../api/client.ts";
import { isApiError } from "../api/problem.ts";
import { makeQueryClient } from "../api/query-client.ts";
import { meQuery, sessionQuery } from "../api/session.ts";
import { ProblemView } from "../ui/problem-view.tsx";
import { LanguageContext } from "../ui/texts.ts";
import { Toasts } from "../ui/toast.tsx";
import { FrameProvider } from "./frame.tsx";
import { usePreferences } from "./preferences.ts";
import { Shell } from "./shell.tsx";
import { SignInPage } from "./sign-in-page.tsx";
import { StreamHolder } from "./stream-holder.tsx";

const client = makeQueryClient();
const SignInAgain = lazy(() => import("./sign-in-again.tsx"));

/** The whole console: what every page needs around it, and the door before it. */
export function App() {
  const { language } = usePreferences();
  return (
    // The page's policy allows no style element, and Base UI would add one.
    <CSPProvider disableStyleElements>
      <LanguageContext value={language}>
        <QueryClientProvider client={client}>
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

/** Nobody passes without a session. One that ends later is renewed in a dialog, over what was being written. */
function Gate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const session = useQuery(sessionQuery);
  const me = useQuery({ ...meQuery, enabled: session.data !== undefined });
  const [lost, setLost] = useState(false);
  useEffect(() => onSessionLost(() => setLost(true)), []);

  async function signedIn() {
    await queries.resetQueries();
    setLost(false);
  }

  if (session.data && me.data) {
    return (
      <>
        <StreamHolder
          key={session.data.session.no}
          session={session.data.session.no}
          onEnded={() => setLost(true)}
        />
        {children}
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
    return <SignInPage onDone={() => void signedIn()} />;
  }
  if (error) return <ProblemView error={error} onAgain={() => void session.refetch()} />;
  return null;
}
