import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { meQuery } from "../api/session.ts";
import { joinStream } from "../api/stream/join.ts";
import { setLive } from "../api/stream/live.ts";
import type { FromWorker } from "../api/stream/protocol.ts";
import { TakeUp } from "../api/stream/take-up.ts";

export interface StreamHolderProps {
  readonly session: number;
  readonly onEnded: () => void;
  /** Another tab of this browser has signed in, perhaps as somebody else. */
  readonly onOtherSession: () => void;
}

/** Hears the live stream for as long as somebody is signed in, and takes what it says into the cache. */
export function StreamHolder({ session, onEnded, onOtherSession }: StreamHolderProps) {
  const queries = useQueryClient();
  const ended = useEffectEvent(onEnded);
  const other = useEffectEvent(onOtherSession);
  useEffect(() => {
    const takeUp = new TakeUp(queries);
    const hear = (message: FromWorker) => {
      if (message.type === "event") takeUp.message(message.message);
      else if (message.type === "closed") void rightsChanged();
      else if (message.type === "session") {
        if (message.session !== session) other();
      } else {
        setLive(message.state);
        if (message.state.state === "ended") ended();
      }
    };
    // The platform ends the stream when rights change: what they showed is dropped, not only marked old.
    const rightsChanged = async () => {
      await queries.refetchQueries({ queryKey: meQuery.queryKey });
      await queries.resetQueries({
        predicate: ({ queryKey }) => !["session", "me", "platform"].includes(String(queryKey[0])),
      });
    };
    const leave = joinStream(session, hear);
    return () => {
      leave();
      takeUp.stop();
    };
  }, [session, queries]);
  return null;
}
