/** The status of a device by the rhythm of its kind, from good to worst; devices that were never heard come last. */
export const DEVICE_STATUSES = ["ok", "late", "silent", "never"] as const;
export type DeviceStatus = (typeof DEVICE_STATUSES)[number];

/** When devices of a kind are late and silent: longer than this after they were last heard, in milliseconds. */
export interface Rhythm {
  readonly kind: string;
  readonly lateMs: number;
  readonly silentMs: number;
}

/** The status of a device that was last heard at `seenAt`; the same as `statusSql` says. */
export function statusOf(rhythm: Rhythm, seenAt: Date | null, now: Date): DeviceStatus {
  if (seenAt === null) return "never";
  const silentForMs = now.getTime() - seenAt.getTime();
  if (silentForMs > rhythm.silentMs) return "silent";
  return silentForMs > rhythm.lateMs ? "late" : "ok";
}

/** The parameter of `statusSql`: the moments before which devices of each kind are late and silent. */
export const statusParameter = (rhythms: readonly Rhythm[], now: Date): string =>
  JSON.stringify(
    Object.fromEntries(
      rhythms.map(({ kind, lateMs, silentMs }) => [
        kind,
        { late: before(now, lateMs), silent: before(now, silentMs) },
      ]),
    ),
  );

const before = (now: Date, ms: number) => new Date(now.getTime() - ms).toISOString();

/**
 * SQL for the status of the device row `d` with its row `s` of device_last_seen; `parameter` is `statusParameter`'s,
 * e.g. `$2`. A kind that is not in it has no rhythm: its devices are ok.
 */
export const statusSql = (parameter: string): string => `case
      when s.seen_at is null then 'never'
      when s.seen_at < (${parameter}::jsonb -> d.kind ->> 'silent')::timestamptz then 'silent'
      when s.seen_at < (${parameter}::jsonb -> d.kind ->> 'late')::timestamptz then 'late'
      else 'ok' end`;
