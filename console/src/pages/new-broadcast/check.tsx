import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "wouter";
import { meQuery } from "../../api/session.ts";
import { NotFound } from "../../app/not-found.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./check.module.css";
import { checkTexts } from "./check-texts.ts";
import { CheckedPage } from "./checked-page.tsx";
import { forgetForm } from "./form.ts";
import { modeOfPath, OnlyAuthors } from "./mode-page.tsx";
import { StepBox } from "./step-box.tsx";
import { nameToType } from "./step-lacks.ts";

/** The last look before a second person is asked: everything on one page, and the number of speakers typed in digits. */
export default function Check() {
  const params = useParams<{ mode: string; id: string }>();
  const words = useTexts(checkTexts);
  const [, navigate] = useLocation();
  const { data: me } = useQuery(meQuery);
  const mode = modeOfPath(params.mode);
  const { id } = params;
  if (!mode) return <NotFound />;
  const done = () => {
    forgetForm(mode, me?.id ?? "", id);
    navigate(`/broadcasts/new/${mode}/submitted/${id}`, { replace: true });
  };
  return (
    <OnlyAuthors>
      <CheckedPage mode={mode} id={id} heading={words.title[mode]} isLow>
        {({ broadcast, preview, names, ageMs, again }) => (
          <Panel>
            <StepBox
              broadcast={broadcast}
              preview={preview}
              ageMs={ageMs}
              toType={nameToType(names.regions)}
              step="submit"
              button={words.submit[mode]}
              look={mode === "actual" ? "sound" : mode === "drill" ? "sound-drill" : "primary"}
              next={words.submitNext[mode]}
              onDone={done}
              onStale={again}
            />
            <p className={styles.ways}>
              <PageLink href={`/broadcasts/new/${mode}?draft=${id}`}>{words.back}</PageLink>
              {broadcast.steps.some(({ action, allowed }) => action === "release" && allowed) && (
                <PageLink href={`/broadcasts/new/${mode}/release/${id}`}>{words.green}</PageLink>
              )}
            </p>
          </Panel>
        )}
      </CheckedPage>
    </OnlyAuthors>
  );
}
