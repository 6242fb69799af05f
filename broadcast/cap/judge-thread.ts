import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { PlatformError } from "../../base/errors.ts";
import { createFairLine } from "./fair-line.ts";
import { type AlertJudgement, judgeAlert, type TrustedCertificates } from "./judge.ts";

/** Judges documents; large ones beside the main thread, which sends orders to speakers meanwhile. */
export interface AlertJudge {
  /**
   * @param by the id of the caller who brings it: callers take turns, so that none waits behind a caller who sends many
   * @throws PlatformError `cap_busy` when too many large documents wait, of this caller or of all, `cap_too_complex`
   * when one takes too long, `shutting_down` once it was stopped
   */
  judge(xml: Uint8Array, now: Date, by: string): Promise<AlertJudgement>;
  /** Ends the thread. Waiting documents are refused. */
  stop(): Promise<void>;
}

/**
 * Up to here a document is judged at once, in some 10 ms at most. A mebibyte of borders takes 0.3 s, hence the thread.
 */
export const SMALL_BYTES = 8 * 1024;
/** Far more than a mebibyte of any content takes on a slow machine. */
export const TIME_LIMIT_MS = 15_000;
/** Large documents in memory at most, a mebibyte each. */
export const MAX_WAITING = 20;
export const MAX_WAITING_OF_ONE = 4;

interface Task {
  readonly xml: Uint8Array;
  readonly now: Date;
  readonly resolve: (judgement: AlertJudgement) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A judge with one thread of its own. The thread is started by the first large document, and started anew after one
 * that was too much for it.
 */
export function createJudge(
  trusted: TrustedCertificates,
  { timeLimitMs = TIME_LIMIT_MS, maxWaiting = MAX_WAITING, maxWaitingOfOne = MAX_WAITING_OF_ONE } = {},
): AlertJudge {
  const waiting = createFairLine<Task>({
    perCaller: maxWaitingOfOne,
    all: maxWaiting,
    what: "large alerts",
  });
  let running: { readonly task: Task; readonly timer: NodeJS.Timeout } | undefined;
  let worker: Worker | undefined;
  let stopped = false;

  /** The task under way is over, one way or the other. */
  function settle(end: (task: Task) => void): void {
    if (running === undefined) return;
    const { task, timer } = running;
    clearTimeout(timer);
    running = undefined;
    end(task);
    next();
  }

  /** Ends the thread with its task. The next document gets a new one. */
  function giveUp(error: Error): void {
    const dead = worker;
    worker = undefined;
    void dead?.terminate();
    settle(({ reject }) => reject(error));
  }

  function start(): Worker {
    const started = startThread(trusted);
    // A thread that waits keeps no process from ending.
    started.unref();
    started.on("message", (judgement: AlertJudgement) => settle(({ resolve }) => resolve(judgement)));
    started.on("error", (error) => started === worker && giveUp(error));
    started.on("exit", (code) => {
      if (started === worker) giveUp(new Error(`the thread that judges alerts ended with ${code}`));
    });
    return started;
  }

  function next(): void {
    const task = running === undefined && !stopped ? waiting.shift() : undefined;
    if (task === undefined) return;
    const { xml, now } = task;
    const timer = setTimeout(() => {
      const seconds = timeLimitMs / 1000;
      const message = `It is not judged after ${seconds} s: expected an alert that is, e.g. with shorter borders`;
      giveUp(new PlatformError("cap_too_complex", message));
    }, timeLimitMs);
    running = { task, timer };
    worker ??= start();
    worker.postMessage({ xml, now });
  }

  return {
    async judge(xml, now, by) {
      if (stopped) throw shuttingDown();
      if (xml.length <= SMALL_BYTES) return judgeAlert(xml, trusted, now);
      return new Promise((resolve, reject) => {
        const gaveWay = waiting.push(by, { xml, now, resolve, reject });
        gaveWay?.item.reject(gaveWay.error);
        next();
      });
    },
    async stop() {
      stopped = true;
      for (const { reject } of waiting.drain()) reject(shuttingDown());
      const ending = worker;
      giveUp(shuttingDown());
      await ending?.terminate();
    },
  };
}

const shuttingDown = () => new PlatformError("shutting_down", "The platform is shutting down");

/** A thread in Node 20 takes no loader by `--import`, so it registers that of TypeScript itself. */
const FROM_SOURCE = `
  const { loader, file } = require("node:worker_threads").workerData;
  import(loader).then(({ register }) => { register(); return import(file); });
`;

/** Runs `judge-worker.ts`, or `judge-worker.js` when this file is the compiled one. */
function startThread(trusted: TrustedCertificates): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./judge-worker.js", import.meta.url), {
      workerData: { trusted },
      execArgv: [],
    });
  }
  const file = new URL("./judge-worker.ts", import.meta.url).href;
  // `resolve` answers with the form for `require`, which cannot register; the other lies beside it.
  const resolved = createRequire(import.meta.url).resolve("tsx/esm/api");
  const loader = pathToFileURL(resolved.replace(/\.cjs$/, ".mjs")).href;
  return new Worker(FROM_SOURCE, { eval: true, workerData: { trusted, loader, file }, execArgv: [] });
}
