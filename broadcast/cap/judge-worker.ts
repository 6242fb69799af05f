import { parentPort, workerData } from "node:worker_threads";
import { judgeAlert, type TrustedCertificates } from "./judge.ts";

/** The thread that judges large documents: one after the other, as `judge-thread.ts` sends them. */

export interface JudgeTask {
  readonly xml: Uint8Array;
  readonly now: Date;
}

const { trusted } = workerData as { readonly trusted: TrustedCertificates };
parentPort?.on("message", ({ xml, now }: JudgeTask) => {
  parentPort?.postMessage(judgeAlert(xml, trusted, now));
});
