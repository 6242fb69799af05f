import { Menu } from "@base-ui/react/menu";
import { useLocation } from "wouter";
import type { MeJson } from "../api/session.ts";
import { useTexts } from "../ui/texts.ts";
import { setPreferences, type Theme, usePreferences } from "./preferences.ts";
import { shellTexts } from "./shell-texts.ts";
import { StillSignedIn, useSignOut } from "./sign-out.tsx";
import styles from "./top-line.module.css";
import { WhoAmI } from "./who-am-i.tsx";

const THEMES: readonly Theme[] = ["light", "dark", "system"];

/** What the person sets for this browser, and the way out. It comes when it was asked for, and so is open. */
export default function AccountMenu({ me }: { me: MeJson }) {
  const words = useTexts(shellTexts);
  const { language, theme } = usePreferences();
  const signOut = useSignOut();
  const [, navigate] = useLocation();
  return (
    <>
      <Menu.Root defaultOpen>
        <Menu.Trigger className={styles.who} title={words.account}>
          <WhoAmI me={me} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={8} align="end" className={styles.positioner}>
            <Menu.Popup className={styles.menu}>
              <Menu.Item className={styles.item} onClick={() => navigate("/me")}>
                {words.me}
              </Menu.Item>
              <Menu.Item
                className={styles.item}
                lang={language === "zh" ? "en" : "zh-CN"}
                onClick={() => setPreferences({ language: language === "zh" ? "en" : "zh" })}
              >
                {words.language}
              </Menu.Item>
              <Menu.RadioGroup
                value={theme}
                onValueChange={(value: Theme) => setPreferences({ theme: value })}
              >
                <Menu.GroupLabel className={styles.label}>{words.theme}</Menu.GroupLabel>
                {THEMES.map((one) => (
                  <Menu.RadioItem key={one} value={one} className={styles.item} closeOnClick>
                    {words.themes[one]}
                    <Menu.RadioItemIndicator> ✓</Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
              <Menu.Item className={styles.item} onClick={signOut.go}>
                {words.signOut}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <StillSignedIn {...signOut} />
    </>
  );
}
