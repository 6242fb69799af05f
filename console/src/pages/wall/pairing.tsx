import { MonitorUp } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { pairDisplay } from "../../api/session.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { defineTexts, useTexts } from "../../ui/texts.ts";
import styles from "./pairing.module.css";

const texts = defineTexts(
  {
    title: "把这块屏做成大屏",
    about:
      "它只显示一个区域，什么也改不了，90 天内不用登录。管理员在“管理”里添加大屏，就得到配对码。谁在这个浏览器里登录着，配对后就退出了。",
    ended: "这块屏的配对已被收回，或已到期。请管理员给一个新的配对码。",
    code: "配对码",
    hint: "八位字母和数字，十分钟内有效；大小写和短横都不要紧",
    pair: "开始显示",
    signIn: "用账号登录",
  },
  {
    title: "Make this screen a wall display",
    about:
      "It shows one area, changes nothing, and needs no sign-in for 90 days. An administrator who adds a display gets its code. Whoever is signed in at this browser is signed out.",
    ended: "This screen's pairing was revoked, or is over. Ask an administrator for another code.",
    code: "Code",
    hint: "Eight letters and digits, good for ten minutes; case and hyphen do not matter",
    pair: "Show the wall",
    signIn: "Sign in as a person",
  },
);

/** Asks for the code that makes this browser a display. `isEnded` where it was one until now. */
export default function Pairing({ isEnded, onDone }: { isEnded: boolean; onDone: () => void }) {
  const words = useTexts(texts);
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = words.title;
  }, [words]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await pairDisplay(String(new FormData(event.currentTarget).get("code")).trim());
      onDone();
    } catch (problem) {
      setError(problem as Error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <MonitorUp aria-hidden className={styles.icon} />
        <h1>{words.title}</h1>
        {isEnded && <Banner tone="bad">{words.ended}</Banner>}
        <p>{words.about}</p>
        {error && <ProblemBanner error={error} />}
        <div className={styles.code}>
          <TextField
            label={words.code}
            hint={words.hint}
            name="code"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={20}
            required
            autoFocus
          />
        </div>
        <Button type="submit" look="primary" wide busy={busy}>
          {words.pair}
        </Button>
        {!isEnded && (
          <ButtonLink href="/" look="quiet">
            {words.signIn}
          </ButtonLink>
        )}
      </form>
    </main>
  );
}
