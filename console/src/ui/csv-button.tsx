import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { fetchCsv, saveFile } from "../api/csv.ts";
import { Button } from "./button.tsx";
import styles from "./csv-button.module.css";
import { amount } from "./number.ts";
import { ProblemBanner } from "./problem-view.tsx";
import { defineTexts, useTexts } from "./texts.ts";

const texts = defineTexts(
  {
    export: "导出 CSV",
    stop: "停止导出",
    sofar: (megabytes: string) => `已收 ${megabytes} MB`,
    broken: "导出中断，没有保存文件。",
  },
  {
    export: "Export CSV",
    stop: "Stop the export",
    sofar: (megabytes: string) => `${megabytes} MB so far`,
    broken: "The export broke off; no file was saved.",
  },
);

export interface CsvButtonProps {
  /** Of the list, with its filters. */
  readonly path: string;
  /** Of the file, without its ending. */
  readonly name: string;
  readonly label?: string;
}

/** Saves a list as CSV; says how much has come, can be stopped, and never saves half a list. */
export function CsvButton({ path, name, label }: CsvButtonProps) {
  const words = useTexts(texts);
  const running = useRef<AbortController>(undefined);
  const [bytes, setBytes] = useState<number>();
  const [error, setError] = useState<Error>();
  useEffect(() => () => running.current?.abort(), []);

  async function start() {
    const controller = new AbortController();
    running.current = controller;
    setError(undefined);
    setBytes(0);
    try {
      saveFile(await fetchCsv(path, controller.signal, setBytes), `${name}.csv`);
    } catch (problem) {
      if (!controller.signal.aborted) setError(problem as Error);
    } finally {
      setBytes(undefined);
    }
  }

  return (
    <>
      {bytes === undefined ? (
        <Button small onClick={() => void start()}>
          <Download aria-hidden />
          {label ?? words.export}
        </Button>
      ) : (
        <Button small onClick={() => running.current?.abort()}>
          {words.stop} · {words.sofar(amount(bytes / 1e6, 1))}
        </Button>
      )}
      {error && (
        <div className={styles.error}>
          <p>{words.broken}</p>
          <ProblemBanner error={error} onAgain={() => void start()} />
        </div>
      )}
    </>
  );
}
