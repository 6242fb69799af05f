import { useState } from "react";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Columns } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { Afterwards } from "./afterwards.tsx";
import { BroadcastPage } from "./broadcast-page.tsx";
import { changeTexts } from "./change-texts.ts";
import { useLastStep } from "./names.ts";
import { maySo, stepOf } from "./phase.ts";
import { ReadingPanel } from "./reading-panel.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { Remarks } from "./remarks.tsx";
import { StepNotice } from "./step-notice.tsx";
import type { Steps } from "./use-steps.ts";
import { writtenTexts } from "./written-texts.ts";

/** A draft, or one that was returned: to be read here, and to be written on in the flow of its mode. */
export function UnsubmittedView({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const words = useTexts(writtenTexts);
  const returned = useLastStep(broadcast.id, "return");
  return (
    <BroadcastPage broadcast={broadcast}>
      <StepNotice broadcast={broadcast} steps={steps} />
      {broadcast.state === "returned" && returned && (
        <Banner>
          <b>{words.returnedBy(returned.actor.name ?? returned.actor.id ?? "")}</b> {returned.reason}
        </Banner>
      )}
      <Remarks broadcast={broadcast} />
      <Columns side={<WrittenSide broadcast={broadcast} steps={steps} />}>
        <ReadingPanel broadcast={broadcast} />
        <Afterwards broadcast={broadcast} />
      </Columns>
    </BroadcastPage>
  );
}

function WrittenSide({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const words = useTexts(writtenTexts);
  const { fields, other } = useTexts(changeTexts);
  const [isDropping, setDropping] = useState(false);
  const mayChange = maySo(broadcast, "change");
  const fieldOf = (path: string) => fields[path.split("/").filter(Boolean)[0] ?? ""] ?? other;
  return (
    <Panel title={words.next}>
      {broadcast.missing.length > 0 && (
        <>
          <p>{words.missing}</p>
          <ul>
            {[...new Set(broadcast.missing.map(({ path }) => fieldOf(path)))].map((field) => (
              <li key={field}>· {field}</li>
            ))}
          </ul>
        </>
      )}
      {mayChange ? (
        <ButtonLink
          look="primary"
          wide
          href={`/broadcasts/new/${broadcast.message.mode}?draft=${broadcast.id}`}
        >
          {words.goOn}
        </ButtonLink>
      ) : (
        <p>{words.mayNotChange}</p>
      )}
      {maySo(broadcast, "cancel") && (
        <Button look="quiet" wide onClick={() => setDropping(true)}>
          {words.drop}
        </Button>
      )}
      {isDropping && (
        <ReasonDialog
          step="drop"
          name=""
          needsCode={stepOf(broadcast, "cancel")?.needsCode ?? false}
          busy={steps.busy !== undefined}
          onClose={() => setDropping(false)}
          onStep={(reason, code) =>
            void steps.take("cancel", { reason, ...(code && { code }) }).then(() => setDropping(false))
          }
        />
      )}
    </Panel>
  );
}
