import { createContext, type ReactNode, use, useLayoutEffect, useMemo, useState } from "react";
import type { ModeName } from "../ui/marks.tsx";

/** What the frame around the window says: whether this page can make speakers sound, and what about it. */
export interface Frame {
  readonly mode: ModeName;
  /** The sentence in the ribbon. */
  readonly text: string;
  /** At its right end: who submitted, or the way out. */
  readonly end?: ReactNode;
}

/** `coming`: there will be one, and what is in it is still being read. Its room is kept, or the whole window would jump. */
type ShownFrame = Frame | "coming" | undefined;

interface FrameHolder {
  readonly frame: ShownFrame;
  readonly setFrame: (frame: ShownFrame) => void;
}
const FrameContext = createContext<FrameHolder>({ frame: undefined, setFrame: () => {} });

export function FrameProvider({ children }: { children: ReactNode }) {
  const [frame, setFrame] = useState<ShownFrame>();
  const holder = useMemo(() => ({ frame, setFrame }), [frame]);
  return <FrameContext value={holder}>{children}</FrameContext>;
}

export const useFrame = (): ShownFrame => use(FrameContext).frame;

/** A page of a broadcast puts its frame around the whole window, for as long as it is shown. */
export function ModeFrame({ mode, text, end }: Frame) {
  const { setFrame } = use(FrameContext);
  // Before the page is painted: one that is painted without its frame moves as soon as it has one.
  useLayoutEffect(() => {
    setFrame({ mode, text, end });
    return () => setFrame(undefined);
  }, [setFrame, mode, text, end]);
  return null;
}

/** In place of a page of a broadcast while it is read. */
export function ComingFrame() {
  const { setFrame } = use(FrameContext);
  useLayoutEffect(() => {
    setFrame("coming");
    return () => setFrame(undefined);
  }, [setFrame]);
  return null;
}
