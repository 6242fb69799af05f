import { useState } from "react";
import { isApiError } from "../api/problem.ts";
import { signOut } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ProblemBanner } from "../ui/problem-view.tsx";
import { defineTexts, useTexts } from "../ui/texts.ts";

const texts = defineTexts(
  {
    title: "还没有退出",
    about:
      "退出没有送到平台，会话在平台上仍然有效：能用这台电脑的人，就能以你的身份继续。请不要离开，连上后再退一次。",
    offline: "平台没有应答。",
    stay: "先不退",
    again: "再退一次",
  },
  {
    title: "You are still signed in",
    about:
      "The sign-out did not reach the platform, where your session lives on: whoever can use this computer can go on as you. Stay here, and sign out again once it is connected.",
    offline: "The platform does not answer.",
    stay: "Stay signed in",
    again: "Sign out again",
  },
);

interface SigningOut {
  readonly isBusy: boolean;
  readonly error: Error | undefined;
  readonly go: () => void;
  readonly stay: () => void;
}

/** The way out. Where it succeeds, nothing of the page is left. */
export function useSignOut(): SigningOut {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const go = () => {
    setBusy(true);
    signOut()
      .then(
        () => setError(undefined),
        (failure: Error) => setError(failure),
      )
      .finally(() => setBusy(false));
  };
  return { isBusy, error, go, stay: () => setError(undefined) };
}

/** Says that the session lives on, where the sign-out did not reach the platform, and offers it again. */
export function StillSignedIn({ isBusy, error, go, stay }: SigningOut) {
  const words = useTexts(texts);
  if (!error) return null;
  return (
    <Dialog
      open
      onClose={stay}
      title={words.title}
      about={words.about}
      actions={
        <>
          <Button onClick={stay}>{words.stay}</Button>
          <Button look="primary" busy={isBusy} onClick={go}>
            {words.again}
          </Button>
        </>
      }
    >
      {isApiError(error, "offline") ? <p role="alert">{words.offline}</p> : <ProblemBanner error={error} />}
    </Dialog>
  );
}
