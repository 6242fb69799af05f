import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { historyQuery } from "../../api/broadcast-record.ts";
import { takeStep } from "../../api/broadcast-steps.ts";
import type { BroadcastJson, BroadcastStep } from "../../api/broadcasts.ts";
import { serverNow } from "../../api/clock.ts";
import { ApiError, isApiError, type ProblemCode } from "../../api/problem.ts";
import { problemTitle } from "../../api/problem-words.ts";
import { meQuery } from "../../api/session.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, type ButtonLook } from "../../ui/button.tsx";
import { Digits } from "../../ui/digits.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { checkTexts } from "./check-texts.ts";
import styles from "./step-box.module.css";
import { type StepLack, stepLacks, type ToStep, type Typed } from "./step-lacks.ts";

export interface StepBoxProps extends Omit<ToStep, "typed" | "broadcast" | "needsCode"> {
  readonly broadcast: BroadcastJson;
  readonly step: Extract<BroadcastStep, "submit" | "release">;
  readonly button: string;
  readonly look: ButtonLook;
  /** What the button does. */
  readonly next: string;
  readonly onDone: () => void;
  readonly onStale: () => void;
}

const NOTHING: Omit<Typed, "reason"> = { digits: "", region: "", code: "", acknowledged: false };

/**
 * Takes a step only after the number of speakers was typed in digits, and says what is still missing. Enter in a field
 * submits, which sounds nothing; it never releases.
 */
export function StepBox(props: StepBoxProps) {
  const { broadcast, preview, ageMs, toType, step, button, look, next } = props;
  const words = useTexts(checkTexts);
  const { typed, type, isChanged } = useTyped(broadcast.revision, step === "release");
  const may = broadcast.steps.find(({ action }) => action === step);
  const taking = useTaking(props, typed);
  const needsCode = may?.needsCode === true || taking.asksForCode;
  const lacks = stepLacks({ broadcast, preview, ageMs, toType, needsCode, typed });
  const { mode } = broadcast.message;
  const press = () => {
    if (lacks.length === 0 && !taking.isBusy) void taking.take();
  };
  if (may && !may.allowed && may.code !== "step_up_required" && may.code !== "broadcast_superseded") {
    return <Refusal code={may.code} id={broadcast.id} />;
  }
  return (
    <form
      className={styles.box}
      onSubmit={(event) => {
        event.preventDefault();
        if (step === "submit") press();
      }}
    >
      {isChanged && <ChangedByAnother broadcast={broadcast} />}
      <Superseded broadcast={broadcast} typed={typed} onType={type} />
      {typed.reason !== undefined && (
        <TextArea
          label={words.greenReason}
          hint={words.greenReasonHint}
          rows={2}
          value={typed.reason}
          onChange={({ target }) => type({ reason: target.value })}
        />
      )}
      <Digits
        label={words.digits[mode]}
        hint={words.digitsHint}
        length={String(preview.speakers).length}
        value={typed.digits}
        onChange={(digits) => type({ digits })}
      />
      {toType !== undefined && (
        <TextField
          label={words.region(toType)}
          hint={words.regionHint}
          autoComplete="off"
          value={typed.region}
          onChange={({ target }) => type({ region: target.value })}
        />
      )}
      {needsCode && (
        <TextField
          label={words.code}
          hint={words.codeHint}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          value={typed.code}
          onChange={({ target }) => type({ code: target.value })}
        />
      )}
      {taking.error && <ProblemBanner error={taking.error} />}
      <Button
        type={step === "submit" ? "submit" : "button"}
        look={look}
        wide
        disabled={lacks.length > 0}
        busy={taking.isBusy}
        onClick={step === "submit" ? undefined : press}
      >
        {button}
      </Button>
      <p className={styles.next} role="status">
        {lacks[0] ? <LackWords lack={lacks[0]} /> : next}
      </p>
    </form>
  );
}

/** Whoever has changed it themselves knows; the digits are wanted again all the same. */
function ChangedByAnother({ broadcast: { id, revision } }: { broadcast: BroadcastJson }) {
  const words = useTexts(checkTexts);
  const { data: me } = useQuery(meQuery);
  const history = useQuery({ ...historyQuery(id), staleTime: 0 });
  const last = history.data?.items.findLast(({ action }) => action === "change");
  if (history.isFetching || (last && last.actor.id === me?.id)) return null;
  return <Banner tone="bad">{words.changedRevision(revision)}</Banner>;
}

/** What was typed holds for one revision: another one has to be read, and its number typed. */
function useTyped(revision: number, hasReason: boolean) {
  const [typed, setTyped] = useState<Typed>({ ...NOTHING, reason: hasReason ? "" : undefined });
  const [read, setRead] = useState(revision);
  const [isChanged, setChanged] = useState(false);
  useEffect(() => {
    if (read === revision) return;
    setRead(revision);
    setChanged(true);
    setTyped(({ reason }) => ({ ...NOTHING, reason }));
  }, [read, revision]);
  const type = (changes: Partial<Typed>) => {
    setChanged(false);
    setTyped((now) => ({ ...now, ...changes }));
  };
  return { typed, type, isChanged };
}

function useTaking({ broadcast, step, onDone, onStale }: StepBoxProps, typed: Typed) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [asksForCode, setAsksForCode] = useState(false);
  const take = async () => {
    setBusy(true);
    setError(null);
    try {
      await takeStep(broadcast.id, step, {
        revision: broadcast.revision,
        ...(typed.reason ? { reason: typed.reason.trim() } : {}),
        ...(typed.code ? { code: typed.code.trim() } : {}),
        ...(typed.acknowledged ? { acknowledgeSuperseded: true } : {}),
      });
      onDone();
    } catch (failure) {
      if (isApiError(failure, "step_up_required", "second_factor_wrong")) setAsksForCode(true);
      if (isApiError(failure, "broadcast_changed", "broadcast_state")) onStale();
      setError(failure as Error);
      setBusy(false);
    }
  };
  return { isBusy, error, asksForCode, take };
}

function LackWords({ lack }: { lack: StepLack }) {
  const { lacks } = useTexts(checkTexts);
  return lack.lack === "digitsMissing" ? lacks.digitsMissing(lack.count) : lacks[lack.lack];
}

/** The step is not the caller's: no dead button, but the reason. */
function Refusal({ code, id }: { code: string | null; id: string }) {
  const words = useTexts(checkTexts);
  const language = useLanguage();
  const reason = code === null ? "" : problemTitle(new ApiError(0, code as ProblemCode), language);
  return (
    <div className={styles.box}>
      <Banner>
        <b>{words.notYours}</b> {reason} <PageLink href={`/broadcasts/${id}`}>{words.toBroadcast}</PageLink>
      </Banner>
    </div>
  );
}

function Superseded({
  broadcast: { supersededBy },
  typed,
  onType,
}: {
  broadcast: Pick<BroadcastJson, "supersededBy">;
  typed: Typed;
  onType: (changes: Partial<Typed>) => void;
}) {
  const words = useTexts(checkTexts);
  const language = useLanguage();
  if (!supersededBy) return null;
  const sent = shortMoment(supersededBy.sent, language, serverNow());
  return (
    <Banner tone="bad">
      <p>{words.superseded(supersededBy.sender, sent)}</p>
      <label className={styles.acknowledge}>
        <input
          type="checkbox"
          checked={typed.acknowledged}
          onChange={({ target }) => onType({ acknowledged: target.checked })}
        />
        {words.acknowledge}
      </label>
    </Banner>
  );
}
