import { readdirSync, readFileSync } from "node:fs";
import type { Pool } from "../store/database/index.ts";

/**
 * The processor time that processes have taken, as Linux counts it, with all their threads. Elsewhere there is no such
 * count, and NaN stands for it.
 */
interface Taken {
  readonly parent: number;
  readonly group: number;
  readonly ms: number;
  /** Of its children that have ended. */
  readonly endedMs: number;
}

/** The unit of /proc: a hundredth of a second on every Linux. */
const TICK_MS = 10;

function read(pid: number | string): Taken | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before may hold spaces.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const ms = (at: number) => (fields[at]! + fields[at + 1]!) * TICK_MS;
    return { parent: fields[1]!, group: fields[2]!, ms: ms(11), endedMs: ms(13) };
  } catch {
    return undefined;
  }
}

const all = (): Taken[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(name) ?? []);

const sum = (found: readonly Taken[]) => found.reduce((total, { ms }) => total + ms, 0);

export const processMs = (pid: number): number => read(pid)?.ms ?? Number.NaN;

/** Of every process in one of these process groups. */
export const groupsMs = (groups: readonly number[]): number =>
  read("self") === undefined ? Number.NaN : sum(all().filter(({ group }) => groups.includes(group)));

/** Of a database server: its first process, and one for each connection and each job, also those that have ended. */
export function serverMs(first: number | undefined): number {
  const own = first === undefined ? undefined : read(first);
  return own === undefined
    ? Number.NaN
    : own.ms + own.endedMs + sum(all().filter(({ parent }) => parent === first));
}

/** The first process of a database server on this machine; undefined for the embedded database, and for one elsewhere. */
export async function findServer(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  const first = read(rows[0]!.pid)?.parent;
  return first !== undefined && nameOf(first) === "postgres" ? first : undefined;
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}
