import { createLogLimiter, type Logger } from "../../base/log.ts";
import { repeat } from "../../base/periodic.ts";
import type { Db } from "../database/index.ts";

/** One of TimescaleDB's jobs, as its scheduler has it. Times in milliseconds since 1970, by the database's clock. */
export interface JobHealth {
  readonly jobId: number;
  /** Its work and table, e.g. "policy_compression of readings_gas_meter". */
  readonly what: string;
  /** True when its last run failed, and how many runs did in all. */
  readonly failed: boolean;
  readonly failures: number;
  readonly running: boolean;
  /** When it should run next; null where the scheduler has never taken it up. */
  readonly dueAt: number | null;
  readonly lastSuccessAt: number | null;
}

/** The scheduled jobs on our own tables, by id, and the database's clock. */
export async function readJobHealth(db: Db): Promise<{ readonly jobs: JobHealth[]; readonly now: number }> {
  const { rows } = await db.query<{ jobs: JobHealth[]; now: Date }>(`
    select now() as now, coalesce(json_agg(json_build_object(
             'jobId', j.job_id,
             'what', concat_ws(' of ', j.proc_name, j.hypertable_name),
             'failed', s.last_run_status is not distinct from 'Failed',
             'failures', coalesce(s.total_failures, 0),
             'running', s.job_status is not distinct from 'Running',
             'dueAt', floor(extract(epoch from nullif(nullif(s.next_start, '-infinity'), 'infinity')) * 1000),
             'lastSuccessAt', floor(extract(epoch from nullif(s.last_successful_finish, '-infinity')) * 1000)
           ) order by j.job_id) filter (where j.job_id is not null), '[]') as jobs
    from (select) as one
    left join timescaledb_information.jobs j on j.scheduled and j.hypertable_schema = current_schema()
    left join timescaledb_information.job_stats s on s.job_id = j.job_id`);
  const { jobs, now } = rows[0]!;
  return { jobs, now: now.getTime() };
}

/** Longer than a scheduler without a free worker should ever need, and shorter than a day of a policy. */
const OVERDUE_MS = 60 * 60_000;

/**
 * The trouble with a job, in words; undefined when there is none.
 * @param seenSince when this process saw it first, by the database's clock
 */
export function jobTrouble(job: JobHealth, now: number, seenSince: number): string | undefined {
  const { what, failed, failures, running, dueAt, lastSuccessAt } = job;
  const since =
    lastSuccessAt === null ? "it never succeeded" : `it last succeeded at ${timeOf(lastSuccessAt)}`;
  if (failed) return `${what} (job ${job.jobId}) failed, ${failures} times in all; ${since}`;
  if (running) return undefined;
  const waits = now - Math.max(dueAt ?? seenSince, 0);
  if (waits < OVERDUE_MS) return undefined;
  return `${what} (job ${job.jobId}) has been due since ${timeOf(dueAt ?? seenSince)} and does not run; ${since}. Has the scheduler workers (timescaledb.max_background_workers), and may the job's owner log in?`;
}

const timeOf = (at: number) => `${new Date(at).toISOString().slice(0, 16)}Z`;

export interface JobWatch {
  /** The present troubles, a line for each job. */
  trouble(): readonly string[];
  /** Looks now. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export interface JobWatchOptions {
  readonly log: Logger;
  /** How often it looks, in milliseconds. */
  readonly everyMs?: number;
}

/**
 * Watches the jobs that a server's scheduler runs, because they fail silently: nothing is compressed then until the
 * disk is full.
 */
export function startJobWatch(db: Db, { log, everyMs = 60_000 }: JobWatchOptions): JobWatch {
  const limitLog = createLogLimiter();
  const seenSince = new Map<number, number>();
  let lines: readonly string[] = [];

  async function lookOnce(): Promise<void> {
    const { jobs, now } = await readJobHealth(db);
    for (const { jobId } of jobs) if (!seenSince.has(jobId)) seenSince.set(jobId, now);
    const found = jobs.map((job) => ({ job, trouble: jobTrouble(job, now, seenSince.get(job.jobId)!) }));
    lines = found.flatMap(({ trouble }) => trouble ?? []);
    for (const { job, trouble } of found) {
      if (trouble === undefined) continue;
      limitLog(String(job.jobId), (suppressed) =>
        log.error({ job: job.jobId, suppressed }, `the database's job does not do its work: ${trouble}`),
      );
    }
  }

  // Without the database there is nothing to report about its jobs; `/readyz` says that it is away.
  const look = () =>
    lookOnce().catch((error: unknown) =>
      log.debug({ err: error }, "the database's jobs could not be looked at"),
    );
  const { run, stop } = repeat(look, everyMs, { atOnce: true });
  return { trouble: () => lines, look: run, stop };
}
