import { useState } from "react";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { useLive } from "../../../api/stream/live.ts";
import { Banner } from "../../../ui/banner.tsx";
import { Button } from "../../../ui/button.tsx";
import { Digits } from "../../../ui/digits.tsx";
import { TextField } from "../../../ui/field.tsx";
import { count } from "../../../ui/number.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { toast } from "../../../ui/toast.tsx";
import { stepOf } from "../phase.ts";
import type { Steps } from "../use-steps.ts";
import styles from "./decision.module.css";
import { pendingTexts } from "./texts.ts";
import type { useFreshPreview } from "./use-fresh-preview.ts";

interface ApprovalProps {
  readonly broadcast: BroadcastJson;
  readonly preview: ReturnType<typeof useFreshPreview>;
  readonly steps: Steps;
}

/**
 * The one button after which speakers sound. It wants the number of speakers in digits, by a preview that is fresh, and
 * has the preview computed once more before the step.
 */
export function Approval({ broadcast, preview, steps }: ApprovalProps) {
  const words = useTexts(pendingTexts);
  const [digits, setDigits] = useState("");
  const [code, setCode] = useState("");
  const [knows, setKnows] = useState(false);
  const [changed, setChanged] = useState<readonly [before: number, now: number]>();
  const [asking, setAsking] = useState(false);
  const { mode } = broadcast.message;
  const step = stepOf(broadcast, "approve");
  const isSuperseded = step?.code === "broadcast_superseded";
  const speakers = preview.query.data?.speakers;
  const isRight = speakers !== undefined && digits === String(speakers);
  const outside = preview.query.data?.withinLimits === false;
  const isReady =
    isRight && preview.fresh && !outside && (!step?.needsCode || code !== "") && (!isSuperseded || knows);

  async function approve() {
    setAsking(true);
    try {
      const now = (await preview.query.refetch({ throwOnError: true })).data!.speakers;
      if (String(now) !== digits) {
        setChanged([Number(digits), now]);
        setDigits("");
        return;
      }
      const done = await steps.take("approve", {
        ...(step?.needsCode && { code }),
        ...(isSuperseded && { acknowledgeSuperseded: true }),
      });
      if (done) toast(words.done.approve[mode]);
    } catch {
      // The page shows what went wrong with the preview.
    } finally {
      setAsking(false);
    }
  }

  return (
    <div className={styles.approval}>
      <Digits
        label={words.ask}
        hint={words.askHint}
        length={String(speakers ?? 0).length}
        value={digits}
        onChange={setDigits}
      />
      {step?.needsCode && (
        <TextField
          label={words.code}
          hint={words.codeHint}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          value={code}
          onChange={(event) => setCode(event.target.value.trim())}
        />
      )}
      {isSuperseded && (
        <label className={styles.check}>
          <input type="checkbox" checked={knows} onChange={(event) => setKnows(event.target.checked)} />
          {words.knowSuperseded}
        </label>
      )}
      {changed && <Banner>{words.speakersChanged(count(changed[0]), count(changed[1]))}</Banner>}
      <Button
        wide
        look={mode === "actual" ? "sound" : mode === "drill" ? "sound-drill" : "primary"}
        disabled={!isReady}
        busy={asking || steps.busy === "approve"}
        onClick={() => void approve()}
      >
        {words.approve[mode]}
      </Button>
      <Hint digits={digits} preview={preview} isRight={isRight} outside={outside} mode={mode} />
    </div>
  );
}

/** What is still missing, beside the button. */
function Hint({
  digits,
  preview,
  isRight,
  outside,
  mode,
}: {
  digits: string;
  preview: ApprovalProps["preview"];
  isRight: boolean;
  outside: boolean;
  mode: "actual" | "drill" | "training";
}) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const live = useLive();
  const speakers = preview.query.data?.speakers;
  const left = speakers === undefined ? 0 : String(speakers).length - digits.length;
  const said = () => {
    if (!preview.fresh) return words.stale;
    if (outside) return words.outside;
    if (left > 0) return words.missing(left);
    return isRight ? words.right[mode] : words.wrong;
  };
  return (
    <p className={styles.hint} role="status">
      {[said(), live.state === "live" ? words.stopAlways : words.lost].join(language === "zh" ? "" : " ")}
    </p>
  );
}
