import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "wouter";
import { templatesQuery } from "../../api/templates.ts";
import { NotFound } from "../../app/not-found.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import type { ModeName } from "../../ui/marks.tsx";
import { ProblemView } from "../../ui/problem-view.tsx";
import { useShortWait } from "../../ui/short-wait.ts";
import { useTexts } from "../../ui/texts.ts";
import { EMPTY_FORM, useForm } from "./form.ts";
import { ModePage, modeOfPath, OnlyAuthors } from "./mode-page.tsx";
import { newTexts } from "./texts.ts";
import { UnsavedQuestion } from "./unsaved-question.tsx";
import { useBeginning } from "./use-beginning.ts";
import { Writing } from "./writing.tsx";

/** Where a broadcast is written. Its mode stands in the address, and nowhere else. */
export default function NewBroadcast() {
  const mode = modeOfPath(useParams<{ mode: string }>().mode);
  if (!mode) return <NotFound />;
  return (
    <OnlyAuthors>
      <Prepare key={mode} mode={mode} />
    </OnlyAuthors>
  );
}

function Prepare({ mode }: { mode: ModeName }) {
  const words = useTexts(newTexts);
  const { form, change, noteSaved, replace } = useForm(mode);
  const origin = useBeginning(mode, form, replace);
  // The choice of events is as high as there are many.
  const isChoiceComing = useShortWait(useQuery(templatesQuery).isLoading);
  const heading = words.prepare[mode];
  const [, navigate] = useLocation();
  const beginAnew = () => {
    replace(EMPTY_FORM);
    // An address that names a draft would fetch it again.
    navigate(`/broadcasts/new/${mode}`, { replace: true });
  };
  const { otherMode, error, isFetching, question, again } = origin;
  if (otherMode) {
    const name = words.modes[otherMode];
    const search = globalThis.location.search;
    return (
      <ModePage mode={mode} heading={heading}>
        <Empty title={words.otherMode(name)}>
          <p>{words.otherModeAbout}</p>
          <ButtonLink href={`/broadcasts/new/${otherMode}${search}`}>{words.openThere(name)}</ButtonLink>
        </Empty>
      </ModePage>
    );
  }
  const isBegun = form.eventCode !== "" && form.level !== null;
  return (
    <ModePage mode={mode} heading={heading} step={isBegun ? "content" : "event"}>
      {question ? (
        <UnsavedQuestion form={form} asked={question} />
      ) : error ? (
        <ProblemView error={error} onAgain={again} />
      ) : isFetching || isChoiceComing ? (
        <Skeleton lines={8} label={words.fetching} />
      ) : (
        <Writing mode={mode} form={form} onChange={change} onSaved={noteSaved} onReplace={replace}>
          {isBegun && (
            <div>
              <Button look="quiet" small onClick={beginAnew}>
                {words.beginAnew}
              </Button>
            </div>
          )}
        </Writing>
      )}
    </ModePage>
  );
}
