import { useQuery } from "@tanstack/react-query";
import { AudioLines } from "lucide-react";
import { useEffect } from "react";
import { platformQuery } from "../api/platform.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { useTexts } from "../ui/texts.ts";
import { DemoPeople } from "./demo-people.tsx";
import { setPreferences, usePreferences } from "./preferences.ts";
import { shellTexts } from "./shell-texts.ts";
import { SignInForm } from "./sign-in.tsx";
import styles from "./sign-in-page.module.css";

/** The door: the platform's name, the form, the language. */
export default function SignInPage({ onDone }: { onDone: () => void }) {
  const words = useTexts(shellTexts);
  const { language } = usePreferences();
  const platform = useQuery(platformQuery);
  useEffect(() => {
    document.title = words.product;
  }, [words]);
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <AudioLines aria-hidden />
        </div>
        <h1>{platform.data?.name ?? words.product}</h1>
        <SignInForm onDone={onDone} />
        <div className={styles.foot}>
          <ButtonLink href="/wall" look="quiet">
            {words.toWall}
          </ButtonLink>
          <Button
            look="quiet"
            lang={language === "zh" ? "en" : "zh-CN"}
            onClick={() => setPreferences({ language: language === "zh" ? "en" : "zh" })}
          >
            {words.language}
          </Button>
        </div>
      </div>
      {platform.data?.demo && <DemoPeople demo={platform.data.demo} onDone={onDone} />}
    </main>
  );
}
