import type { AccessControl } from "../../access/control.ts";
import { hashToken } from "../../access/tokens.ts";
import { createAccessControl } from "../../accounts/control.ts";
import { type AccessDirectory, createAccessDirectory } from "../../accounts/directory.ts";
import { createPeople, type People } from "../../accounts/people.ts";
import { providerSettings, secondFactorRules } from "../../accounts/settings.ts";
import type { AdminKey } from "../admin-key.ts";
import type { DatabasePhase } from "./database.ts";
import { Hearers, type Start } from "./start.ts";

export interface AccountsPhase {
  readonly control: AccessControl;
  /** People and applications, in memory. */
  readonly directory: AccessDirectory;
  /** How people sign in. */
  readonly people: People;
  /** Hears of people and applications whose rights ended or changed, by their ids. */
  readonly revoked: Hearers<[principalId: string]>;
  /** Hears of people whose sessions ended, by their ids. */
  readonly sessionsEnded: Hearers<[principalId: string]>;
}

/** Loads the people, applications, keys and sessions that may come in. */
export async function startAccounts(
  { config, logOf, registry, atEnd }: Start,
  { pools, facts }: Pick<DatabasePhase, "pools" | "facts">,
  adminKey: AdminKey,
): Promise<AccountsPhase> {
  const revoked = new Hearers<[string]>();
  const sessionsEnded = new Hearers<[string]>();
  const directory = createAccessDirectory({
    pool: pools.urgent,
    log: logOf("access"),
    onRevoked: revoked.tell,
  });
  await directory.load();
  directory.follow();
  atEnd(() => directory.close());
  const people = createPeople({
    pool: pools.urgent,
    directory,
    log: logOf("people"),
    registry,
    sessionMaxAgeMs: config.SESSION_MAX_HOURS * 3_600_000,
    sessionMaxIdleMs: config.SESSION_IDLE_MINUTES * 60_000,
    // The embedded database has no other process, and one turn for everything: nobody waits for one without need.
    sessionFreshMs: facts.embedded ? Number.POSITIVE_INFINITY : undefined,
    onSessionsEnded: sessionsEnded.tell,
    provider: providerSettings(config, adminKey.key),
    secondFactor: secondFactorRules(config),
  });
  revoked.add(people.sessions.lookAgain);
  await people.begin();
  atEnd(() => people.close());
  warnOfDelay(logOf("access"), config.PRIVILEGED_GRANT_DELAY_HOURS, people, facts.embedded);
  const control = createAccessControl({ adminKeyHash: hashToken(adminKey.key), directory, ...people });
  return { control, directory, people, revoked, sessionsEnded };
}

/** Warns of facts that an administrator has to know before the first approvers and duty officers are made. */
function warnOfDelay(log: ReturnType<Start["logOf"]>, delayHours: number, people: People, embedded: boolean) {
  if (delayHours === 0) {
    log.warn(
      "PRIVILEGED_GRANT_DELAY_HOURS is 0: NOBODY WAITS. An approver or duty officer who is made, granted or reset acts at once, so that one administrator alone can sound every speaker. For evaluation only: leave it unset in production",
    );
  } else if (people.everybody().length === 0) {
    log.warn(
      { delayHours },
      `there are no people yet. Make two administrators, and the first approvers and duty officers, on this machine: npm run access -- person create --help${embedded ? " (with the platform stopped: the embedded database has one user)" : ""}. Those who are made over HTTP with the administrator's key wait, and nobody could confirm them: docs/security.md, "Before the first day"`,
    );
  }
}
