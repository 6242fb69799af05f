import { useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, useRef, useState } from "react";
import { broadcastKeys } from "../../api/broadcasts.ts";
import { type ImportedAlertJson, importAlert } from "../../api/drafts.ts";
import { type ApiError, isApiError } from "../../api/problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./doors.module.css";
import { doorsTexts } from "./doors-texts.ts";
import { DraftLine } from "./draft-line.tsx";

type Outcome =
  | { readonly state: "nothing" | "checking" }
  | { readonly state: "done"; readonly alert: ImportedAlertJson }
  | { readonly state: "refused"; readonly error: Error };

/** Takes an alert of another system as drafts, or says where it is not right. */
export function CapImport() {
  const words = useTexts(doorsTexts);
  const client = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<Outcome>({ state: "nothing" });
  const onChoose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    // The same file is chosen again after it was mended.
    target.value = "";
    if (!file) return;
    setOutcome({ state: "checking" });
    try {
      setOutcome({ state: "done", alert: await importAlert(file) });
      void client.invalidateQueries({ queryKey: broadcastKeys.lists });
    } catch (error) {
      setOutcome({ state: "refused", error: error as Error });
    }
  };
  return (
    <Panel title={words.alert} about={words.alertAbout}>
      <div className={styles.import} aria-live="polite">
        <input
          ref={field}
          className={styles.file}
          type="file"
          accept=".xml,.cap,application/cap+xml,application/xml,text/xml"
          aria-label={words.alert}
          tabIndex={-1}
          onChange={(event) => void onChoose(event)}
        />
        <div>
          <Button busy={outcome.state === "checking"} onClick={() => field.current?.click()}>
            {outcome.state === "checking" ? words.importing : words.choose}
          </Button>
        </div>
        {outcome.state === "done" && <Imported alert={outcome.alert} />}
        {outcome.state === "refused" && <Refused error={outcome.error} />}
      </div>
    </Panel>
  );
}

function Imported({
  alert: { items, disposition, duplicate, signature, warnings },
}: {
  alert: ImportedAlertJson;
}) {
  const words = useTexts(doorsTexts);
  const done =
    disposition === "cancel"
      ? words.cancelled
      : disposition === "acknowledged"
        ? words.acknowledged
        : duplicate
          ? words.duplicate
          : words.imported(items.length);
  return (
    <>
      <p>
        <b>{done}</b> · {words.signatures[signature]}
        {warnings.length > 0 && ` · ${words.alertWarnings(warnings.length)}`}
      </p>
      <ul className={styles.drafts}>
        {items.map((draft) => (
          <DraftLine key={draft.id} draft={draft} />
        ))}
      </ul>
    </>
  );
}

/** Each fault with its element, line and rule, for whoever sent the file. */
function Refused({ error }: { error: Error }) {
  const words = useTexts(doorsTexts);
  if (!isApiError(error, "cap_invalid") || error.faults.length === 0) return <ProblemBanner error={error} />;
  const faults: ApiError["faults"] = error.faults;
  return (
    <>
      <Banner tone="bad">{words.faults(faults.length)}</Banner>
      <ul className={styles.faults}>
        {faults.map(({ path, line, rule, message }) => (
          <li key={`${path} ${rule} ${line} ${message}`}>
            <b>
              {line !== undefined && <>{words.line(line)} · </>}
              <code>{path}</code>
              {rule !== undefined && (
                <>
                  {" · "}
                  {words.rule} <code>{rule}</code>
                </>
              )}
            </b>
            <p lang="en">{message}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
