import type { Logger } from "../../base/log.ts";
import { repeat, Turns } from "../../base/periodic.ts";
import { type Pool, reasonOf } from "../database/index.ts";

/** A failed job is tried again after this long, or after its own interval when that is shorter. */
const RETRY_MS = 5 * 60_000;

export interface JobRunner {
  /** Runs the jobs that are due now, one after the other. @returns how many succeeded */
  runDue(): Promise<number>;
  /** Jobs whose last run failed, a line for each. */
  trouble(): readonly string[];
  /** Ends the timer and waits for a job under way. */
  stop(): Promise<void>;
}

export interface JobRunnerOptions {
  /** How often due jobs are looked for, in milliseconds. */
  readonly everyMs: number;
  readonly log: Logger;
  /** Milliseconds since 1970; tests pass their own. */
  readonly now?: () => number;
}

interface Job {
  readonly job_id: number;
  readonly application_name: string;
  readonly interval_ms: number;
}

/**
 * Runs TimescaleDB's jobs (the columnstore's policies) where it has no background workers to do so: on the embedded
 * database. Do not start it on a server, whose scheduler would run them as well.
 *
 * The last run of a job is kept in memory, because `run_job` does not write the statistics that the scheduler uses. So
 * each job also runs once after a start. That is wanted: a policy does nothing when there is nothing to do, and a
 * machine that is off every night would otherwise never reach a daily job.
 */
export function startJobRunner(pool: Pool, { everyMs, log, now = Date.now }: JobRunnerOptions): JobRunner {
  const dueAt = new Map<number, number>();
  const failures = new Map<number, string>();
  let stopped = false;

  async function run(): Promise<number> {
    const jobs = await findJobs(pool);
    let succeeded = 0;
    for (const job of jobs) {
      if (stopped) break;
      if (now() < (dueAt.get(job.job_id) ?? 0)) continue;
      const began = now();
      try {
        await pool.query("call run_job($1)", [job.job_id]);
        succeeded++;
        failures.delete(job.job_id);
        dueAt.set(job.job_id, began + job.interval_ms);
        log.debug({ job: job.application_name, ms: now() - began }, "job done");
      } catch (error) {
        dueAt.set(job.job_id, began + Math.min(job.interval_ms, RETRY_MS));
        failures.set(job.job_id, `${job.application_name} failed: ${reasonOf(error)}`);
        log.warn({ job: job.application_name, err: error }, "job failed; it will be tried again");
      }
    }
    const known = new Set(jobs.map((job) => job.job_id));
    for (const map of [dueAt, failures]) for (const id of map.keys()) if (!known.has(id)) map.delete(id);
    return succeeded;
  }

  const turns = new Turns(run);
  const repeated = repeat(turns.run, everyMs, {
    onFailure: (error) => log.warn({ err: error }, "looking for due jobs failed"),
  });

  return {
    runDue: turns.run,
    trouble: () => [...failures.values()],
    async stop() {
      stopped = true;
      await repeated.stop();
      await turns.ended();
    },
  };
}

/** Scheduled jobs in the order of their ids, without telemetry, which cannot call home from inside WebAssembly. */
async function findJobs(pool: Pool): Promise<Job[]> {
  const { rows } = await pool.query<Job>(`
    select job_id, application_name,
           (extract(epoch from schedule_interval) * 1000)::double precision as interval_ms
    from timescaledb_information.jobs
    where scheduled and proc_name <> 'policy_telemetry'
    order by job_id`);
  return rows;
}
