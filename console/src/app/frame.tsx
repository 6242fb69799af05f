import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import type { ModeName } from "../ui/marks.tsx";

/** What the frame around the window says: whether this page can make speakers sound, and what about it. */
export interface Frame {
  readonly mode: ModeName;
  /** The sentence in the ribbon. */
  readonly text: string;
  /** At its right end: who submitted, or the way out. */
  readonly end?: ReactNode;
}

interface FrameHolder {
  readonly frame: Frame | undefined;
  readonly setFrame: (frame: Frame | undefined) => void;
}
const FrameContext = createContext<FrameHolder>({ frame: undefined, setFrame: () => {} });

export function FrameProvider({ children }: { children: ReactNode }) {
  const [frame, setFrame] = useState<Frame>();
  const holder = useMemo(() => ({ frame, setFrame }), [frame]);
  return <FrameContext value={holder}>{children}</FrameContext>;
}

export const useFrame = (): Frame | undefined => use(FrameContext).frame;

/** A page of a broadcast puts its frame around the whole window, for as long as it is shown. */
export function ModeFrame({ mode, text, end }: Frame) {
  const { setFrame } = use(FrameContext);
  useEffect(() => {
    setFrame({ mode, text, end });
    return () => setFrame(undefined);
  }, [setFrame, mode, text, end]);
  return null;
}
