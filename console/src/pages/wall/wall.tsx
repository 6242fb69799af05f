import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useEffect } from "react";
import { useLocation } from "wouter";
import { type MeJson, meQuery } from "../../api/session.ts";
import { useModeWords } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { useTexts } from "../../ui/texts.ts";
import { Air } from "./air.tsx";
import { Foot } from "./foot.tsx";
import { Header } from "./header.tsx";
import { Rest } from "./rest.tsx";
import { wallTexts } from "./texts.ts";
import { useReload } from "./use-reload.ts";
import { useWall } from "./use-wall.ts";
import { shiftAt, useWallTheme } from "./use-wall-theme.ts";
import styles from "./wall.module.css";

/** The screen in a command centre. Nobody is at a keyboard: nothing to click, nothing to scroll. */
export default function Wall() {
  const { data: me } = useQuery(meQuery);
  const words = useTexts(wallTexts);
  useWallTheme();
  useEffect(() => {
    document.title = words.tab;
  }, [words]);
  return me ? <WallOf me={me} /> : null;
}

function WallOf({ me }: { me: MeJson }) {
  const { region, broadcasts, summary, alarms, staleSince } = useWall(me);
  const isPreview = me.type !== "display";
  const mode = broadcasts[0]?.message.mode;
  useReload(broadcasts.length > 0);
  useEscape(isPreview);
  return (
    <main
      className={styles.wall}
      data-mode={mode}
      data-stale={staleSince !== undefined || undefined}
      data-unattended={!isPreview || undefined}
    >
      {mode === "drill" && <DrillMark />}
      <Shifted>
        <Header region={region} staleSince={staleSince} isPreview={isPreview} />
        {broadcasts.length > 0 ? (
          <Air broadcasts={broadcasts} />
        ) : (
          <Rest me={me} region={region} summary={summary} alarms={alarms} />
        )}
        <Foot alarms={alarms} summary={summary} />
      </Shifted>
    </main>
  );
}

/** Somebody who looks at it from their desk leaves it by the key that closes everything. */
function useEscape(enabled: boolean): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    if (!enabled) return;
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === "Escape") navigate("/");
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [enabled, navigate]);
}

/** Everything but the frame, at another place each minute. */
function Shifted({ children }: { children: React.ReactNode }) {
  const { x, y } = shiftAt(useNow(60_000));
  return (
    <div className={styles.inner} style={{ "--x": `${x}rem`, "--y": `${y}rem` } as CSSProperties}>
      {children}
    </div>
  );
}

/** The word across the screen, so that nobody who comes in takes a drill for the real thing. */
function DrillMark() {
  const { drill } = useModeWords();
  return (
    <div className={styles.drill} aria-hidden>
      {drill} {drill}
    </div>
  );
}
