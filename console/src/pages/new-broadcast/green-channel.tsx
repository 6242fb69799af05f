import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "wouter";
import { meQuery } from "../../api/session.ts";
import { NotFound } from "../../app/not-found.tsx";
import { Banner } from "../../ui/banner.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./check.module.css";
import { checkTexts } from "./check-texts.ts";
import { CheckedPage, type DecisionFacts } from "./checked-page.tsx";
import { forgetForm } from "./form.ts";
import { StepBox } from "./step-box.tsx";
import { nameToType } from "./step-lacks.ts";

/** Sounds an actual warning without a second person. Only the duty officer's, and only of level 1 or 2. */
export default function GreenChannel() {
  const { mode, id } = useParams<{ mode: string; id: string }>();
  const words = useTexts(checkTexts);
  // A drill or a training has no such page at all.
  if (mode !== "actual") return <NotFound />;
  return (
    <CheckedPage mode="actual" id={id} heading={words.greenTitle}>
      {(facts) => <Release {...facts} />}
    </CheckedPage>
  );
}

/** Why the platform does not let this caller go this way; undefined when it does. */
const closedBy = ({ steps }: DecisionFacts["broadcast"]): string | undefined => {
  const step = steps.find(({ action }) => action === "release");
  if (!step) return "forbidden";
  return step.allowed ? undefined : (step.code ?? "forbidden");
};

function Release({ broadcast, preview, names, ageMs, again }: DecisionFacts) {
  const words = useTexts(checkTexts);
  const [, navigate] = useLocation();
  const { data: me } = useQuery(meQuery);
  const closed = closedBy(broadcast);
  const done = () => {
    forgetForm("actual", me?.id ?? "", broadcast.id);
    navigate(`/broadcasts/${broadcast.id}`, { replace: true });
  };
  return (
    <Panel>
      {closed === "forbidden" || closed === "green_channel_closed" ? (
        <Banner>
          <b>{words.greenClosed}</b> {closed === "forbidden" ? words.greenForbidden : words.greenClosedAbout}
        </Banner>
      ) : (
        <div className={styles.stack}>
          <Banner tone="bad">{words.greenAbout}</Banner>
          <StepBox
            broadcast={broadcast}
            preview={preview}
            ageMs={ageMs}
            toType={nameToType(names.regions)}
            step="release"
            button={words.release}
            look="sound"
            next={words.releaseNext}
            onDone={done}
            onStale={again}
          />
        </div>
      )}
      <p className={styles.ways}>
        <PageLink href={`/broadcasts/new/actual/check/${broadcast.id}`}>{words.toCheck}</PageLink>
      </p>
    </Panel>
  );
}
