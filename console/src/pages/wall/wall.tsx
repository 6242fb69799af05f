import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { type CSSProperties, type ReactNode, useEffect } from "react";
import { useLocation } from "wouter";
import { type MeJson, meQuery } from "../../api/session.ts";
import { type ModeName, useModeWords } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { useTexts } from "../../ui/texts.ts";
import { Air } from "./air.tsx";
import { Foot } from "./foot.tsx";
import { Header } from "./header.tsx";
import { Rest } from "./rest.tsx";
import { wallTexts } from "./texts.ts";
import { useReload } from "./use-reload.ts";
import { useStale, useWall } from "./use-wall.ts";
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
  const { region, broadcasts, summary, alarms, queries } = useWall(me);
  const isPreview = me.type !== "display";
  useReload(broadcasts.length > 0);
  useEscape(isPreview);
  return (
    <WallFrame mode={broadcasts[0]?.message.mode} queries={queries} region={region} isPreview={isPreview}>
      {broadcasts.length > 0 ? (
        <Air broadcasts={broadcasts} />
      ) : (
        <Rest me={me} region={region} summary={summary} alarms={alarms} />
      )}
      <Foot alarms={alarms} summary={summary} />
    </WallFrame>
  );
}

interface WallFrameProps {
  readonly mode: ModeName | undefined;
  readonly queries: readonly UseQueryResult<unknown>[];
  readonly region: string | undefined;
  readonly isPreview: boolean;
  readonly children: ReactNode;
}

/** The frame and the first line. They look each second whether they are live; what is within is not drawn anew for that. */
function WallFrame({ mode, queries, region, isPreview, children }: WallFrameProps) {
  const staleSince = useStale(queries);
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
        {children}
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
function Shifted({ children }: { children: ReactNode }) {
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
