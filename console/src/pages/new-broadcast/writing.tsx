import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { broadcastKeys, broadcastQuery } from "../../api/broadcasts.ts";
import { serverNow } from "../../api/clock.ts";
import { isApiError } from "../../api/problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Reading } from "../../ui/loaded.tsx";
import type { ModeName } from "../../ui/marks.tsx";
import { listOf } from "../../ui/number.ts";
import { Columns } from "../../ui/page.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useShortWait } from "../../ui/short-wait.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { FollowUpLine } from "../broadcast/follow-up-line.tsx";
import { type Fault, faultsOfError } from "./draft-faults.ts";
import { EventPanel } from "./event-panel.tsx";
import type { Form, StoredDraft } from "./form.ts";
import { type Lack, lacksOf } from "./lacks.ts";
import { formOfDraft } from "./prefill.ts";
import { PreviewPanel } from "./preview-panel.tsx";
import { previewTexts } from "./preview-texts.ts";
import { RangePanel } from "./range-panel.tsx";
import { expiryOf, isOfAnother, saveDraft, speltTexts } from "./save.ts";
import { SettingsPanel } from "./settings-panel.tsx";
import { isNowhere } from "./target.ts";
import type { SpokenText } from "./text-checks.ts";
import { TextPanel, type TextPanelProps } from "./text-panel.tsx";
import { newTexts } from "./texts.ts";
import { usePreview } from "./use-preview.ts";
import { useTextsOf } from "./use-texts-of.ts";
import styles from "./writing.module.css";

export interface WritingProps {
  readonly mode: ModeName;
  readonly form: Form;
  readonly onChange: (changes: Partial<Form>) => void;
  readonly onSaved: (written: Form, draft: StoredDraft) => void;
  readonly onReplace: (form: Form) => void;
  /** Below all of it. */
  readonly children: ReactNode;
}

/** Event, place, text and settings on one page; beside them what would happen. */
export function Writing({ mode, form, onChange, onSaved, onReplace, children }: WritingProps) {
  const live = usePreview(mode, form);
  const { texts, wordsIn, error: noTemplate } = useTextsOf(mode, form);
  const { draft } = form;
  const lacks = lacksOf({ mode, form, texts, live });
  const saving = useSaving(mode, form, onSaved);
  // What begins with a place is shown with what is there, so that the text does not jump under the hand.
  const isComing = useShortWait(!isNowhere(form) && !live.data && !live.error);
  if (isComing) return <Reading lines={8} />;
  return (
    <Columns
      side={
        <div className={styles.side}>
          <PreviewPanel mode={mode} live={live} expiresAt={expiryOf(form, serverNow())}>
            <SaveProblem saving={saving} form={form} onChange={onChange} onReplace={onReplace} />
            <CheckButton
              mode={mode}
              lacks={lacks}
              isBusy={saving.isBusy}
              onPress={() => void saving.save(texts)}
            />
          </PreviewPanel>
        </div>
      }
    >
      {draft && <FollowUpLine kind={draft.kind} replaces={draft.replaces} />}
      <EventPanel mode={mode} form={form} onChange={onChange} />
      <RangePanel
        aim={form}
        preview={live.data}
        onChange={({ regions, exclude }) => onChange({ regions, exclude })}
      />
      {noTemplate && <ProblemBanner error={noTemplate} />}
      <TextPanel
        mode={mode}
        texts={texts}
        state={stateOfTexts(form)}
        stored={draft && draft.message.texts.length > 0 ? draft.message.texts : undefined}
        hasTemplate={draft === null || draft.kind === null}
        repeatCount={form.repeatCount}
        wordsIn={wordsIn}
        refused={saving.refused}
        onChange={(changed) => onChange({ texts: changed })}
        onTemplate={() =>
          onChange(
            draft ? { texts: undefined, draft: { ...draft, fromTemplate: false } } : { texts: undefined },
          )
        }
      />
      <SettingsPanel form={form} onChange={onChange} />
      {children}
    </Columns>
  );
}

/** Whose words the texts are, and whether they may speak of something else than what is chosen. */
function stateOfTexts(form: Form): TextPanelProps["state"] {
  const { texts, draft } = form;
  if (texts === undefined) return draft && !draft.fromTemplate ? "rewritten" : "template";
  if (draft === null || speltTexts(texts) !== speltTexts(draft.message.texts)) return "edited";
  return isOfAnother(form, draft) ? "unfollowed" : "stored";
}

interface Saving {
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly refused: readonly Fault[];
  readonly save: (texts: readonly SpokenText[]) => Promise<void>;
  readonly forget: () => void;
}

/** Writes the form to the platform, and goes on to the check when nothing is missing. */
function useSaving(mode: ModeName, form: Form, onSaved: WritingProps["onSaved"]): Saving {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [refused, setRefused] = useState<readonly Fault[]>([]);
  const save: Saving["save"] = async (texts) => {
    setBusy(true);
    setError(null);
    setRefused([]);
    try {
      const readNow = (id: string) => client.fetchQuery({ ...broadcastQuery(id), staleTime: 0 });
      const { draft, missing } = await saveDraft(mode, form, texts, readNow);
      const { id } = draft;
      onSaved(form, draft);
      void client.invalidateQueries({ queryKey: broadcastKeys.one(id) });
      void client.invalidateQueries({ queryKey: broadcastKeys.lists });
      if (missing.length === 0) navigate(`/broadcasts/new/${mode}/check/${id}`);
      else setRefused(missing);
    } catch (failure) {
      setError(failure as Error);
      setRefused(faultsOfError(failure));
    } finally {
      setBusy(false);
    }
  };
  const forget = () => {
    setError(null);
    setRefused([]);
  };
  return { isBusy, error, refused, save, forget };
}

/** Why the draft was not taken, and the way on. */
function SaveProblem({
  saving: { error, refused, forget },
  form,
  onChange,
  onReplace,
}: Pick<WritingProps, "form" | "onChange" | "onReplace"> & { saving: Saving }) {
  const words = useTexts(newTexts);
  const client = useQueryClient();
  const { draft } = form;
  if (draft && isApiError(error, "broadcast_changed")) {
    const takeLatest = async () => {
      const latest = await client.fetchQuery({ ...broadcastQuery(draft.id), staleTime: 0 });
      onReplace(await formOfDraft(client, latest));
      forget();
    };
    return (
      <Banner tone="bad">
        {words.changed}{" "}
        <Button small onClick={() => void takeLatest()}>
          {words.takeLatest}
        </Button>
      </Banner>
    );
  }
  if (draft && isApiError(error, "broadcast_state", "broadcast_not_found")) {
    const asNew = () => {
      onChange({ draft: null });
      forget();
    };
    return (
      <Banner tone="bad">
        {words.notDraft}
        <span className={styles.ways}>
          <ButtonLink small href={`/broadcasts/${draft.id}`}>
            {words.seeBroadcast}
          </ButtonLink>
          {/* As a broadcast of its own a follow-up would follow nothing. */}
          {draft.kind === null && (
            <Button small onClick={asNew}>
              {words.asNew}
            </Button>
          )}
        </span>
      </Banner>
    );
  }
  if (error) return <ProblemBanner error={error} />;
  if (refused.length === 0) return null;
  return (
    <Banner tone="bad">
      <b>{words.refusedTitle}</b>
      <details>
        <summary>{words.refusedMore}</summary>
        <ul lang="en">
          {refused.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      </details>
    </Banner>
  );
}

interface CheckButtonProps {
  readonly mode: ModeName;
  readonly lacks: readonly Lack[];
  readonly isBusy: boolean;
  readonly onPress: () => void;
}

/** Leads to the check. While something is missing it says what. */
function CheckButton({ mode, lacks, isBusy, onPress }: CheckButtonProps) {
  const words = useTexts(previewTexts);
  const language = useLanguage();
  const look = mode === "actual" ? "sound" : mode === "drill" ? "sound-drill" : "primary";
  const reasons = lacks.map((lack) => words.lacks[lack]);
  return (
    <>
      <Button look={look} wide disabled={lacks.length > 0} busy={isBusy} onClick={onPress}>
        {words.review[mode]}
      </Button>
      <p className={styles.next} role="status">
        {reasons.length > 0 ? words.lacking(listOf(reasons, language)) : words.next[mode]}
      </p>
    </>
  );
}
