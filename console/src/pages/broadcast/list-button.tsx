import { Download } from "lucide-react";
import { useState } from "react";
import { targetsCsvPath } from "../../api/broadcast-record.ts";
import { downloadCsv } from "../../api/csv.ts";
import { Button } from "../../ui/button.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { onAirTexts } from "./on-air/texts.ts";

/** The outcome at every speaker as a file. */
export function ListButton({ id }: { id: string }) {
  const words = useTexts(onAirTexts);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  async function download() {
    setBusy(true);
    setError(undefined);
    await downloadCsv(targetsCsvPath(id), id).catch(setError);
    setBusy(false);
  }
  return (
    <>
      <Button small busy={busy} onClick={() => void download()}>
        <Download aria-hidden />
        {words.list}
      </Button>
      {error && <ProblemBanner error={error} onAgain={() => void download()} />}
    </>
  );
}
