import { useEffect, useRef, useState } from "react";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { useTexts } from "../../ui/texts.ts";
import hidden from "./on-air/announcer.module.css";
import { onAirTexts } from "./on-air/texts.ts";
import { phaseOf } from "./phase.ts";
import { broadcastTexts } from "./texts.ts";

/** Somebody who listens to the page learns at once that it has ended. */
export function EndAnnouncer({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(onAirTexts);
  const { states } = useTexts(broadcastTexts);
  const [text, setText] = useState("");
  const before = useRef(phaseOf(broadcast));
  const phase = phaseOf(broadcast);
  const state = states[broadcast.state];
  useEffect(() => {
    if (before.current === "onAir" && phase === "over") setText(words.announceEnd(state));
    before.current = phase;
  }, [phase, state, words]);
  return (
    <p className={hidden.hidden} role="alert">
      {text}
    </p>
  );
}
