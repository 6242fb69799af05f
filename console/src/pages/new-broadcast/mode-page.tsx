import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { Link } from "wouter";
import { mayDo, meQuery } from "../../api/session.ts";
import { ModeFrame } from "../../app/frame.tsx";
import { roleOf } from "../../app/role.ts";
import { shellTexts } from "../../app/shell-texts.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import type { ModeName } from "../../ui/marks.tsx";
import { Page } from "../../ui/page.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./mode-page.module.css";
import { StepMarks, type StepName } from "./step-marks.tsx";
import { newTexts } from "./texts.ts";

const MODES: readonly string[] = ["actual", "drill", "training"] satisfies ModeName[];
/** The mode is what the address says; nothing on the page changes it. */
export const modeOfPath = (text: string | undefined): ModeName | undefined =>
  text !== undefined && MODES.includes(text) ? (text as ModeName) : undefined;

export interface ModePageProps {
  readonly mode: ModeName;
  readonly heading: string;
  readonly step?: StepName;
  readonly children: ReactNode;
}

/** A page on the way to a broadcast: the frame of its mode around it, and the mode first in the title of the tab. */
export function ModePage({ mode, heading, step, children }: ModePageProps) {
  const words = useTexts(newTexts);
  const leave = words.leave[mode];
  const end = useMemo(
    () => (
      <Link href="/broadcasts" className={styles.leave}>
        {leave}
        <X aria-hidden />
      </Link>
    ),
    [leave],
  );
  return (
    <>
      <ModeFrame mode={mode} text={words.ribbon[mode]} end={end} />
      <Page
        title={`${words.modes[mode]} · ${heading}`}
        heading={heading}
        end={step && <StepMarks now={step} />}
      >
        {children}
      </Page>
    </>
  );
}

/** In place of what the caller may not do: why, and who may. */
export function OnlyAuthors({ children }: { children: ReactNode }) {
  const words = useTexts(newTexts);
  const { roles } = useTexts(shellTexts);
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  if (mayDo(me, "broadcasts:draft")) return children;
  const role = roleOf(me);
  return (
    <Page title={words.mayNot}>
      <Empty title={words.mayNot}>
        <p>{role ? words.mayNotAbout(roles[role] ?? role) : words.mayNotOther}</p>
        <ButtonLink href="/broadcasts">{words.toBroadcasts}</ButtonLink>
      </Empty>
    </Page>
  );
}
