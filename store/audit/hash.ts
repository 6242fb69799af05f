import { createHash } from "node:crypto";
import { ExactNumber, writeJson } from "../../base/exact-json.ts";
import { isSecretName } from "../../base/log.ts";

/** The hash before the first row. */
export const ORIGIN_HASH = Buffer.alloc(32);

/** A row as its hash covers it: texts as they are stored, `before` and `after` as PostgreSQL writes jsonb. */
export interface HashedRow {
  readonly auditNo: number | bigint;
  /** UTC with six digits of a second: `2026-01-31T00:00:00.000000Z`. */
  readonly at: string;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly tenantId: string | null;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly reason: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  /** Absent or null in rows of older versions, whose hash does not cover it. */
  readonly callerRequestId?: string | null;
}

/**
 * The hash of a row: SHA-256 over the 32 bytes of the previous row's hash and then the fields in the order of
 * `HashedRow`, each as `<length in bytes>:<UTF-8>,` and null as `~,`. So no text can be moved from one field to the
 * next, and null is not the empty text. The last field came later and counts only where it is present: older rows keep
 * their hash, and an attacker cannot add it to a row or take it away without changing the number of fields.
 */
export function rowHash(row: HashedRow, previousHash: Uint8Array): Buffer {
  const hash = createHash("sha256").update(previousHash);
  for (const value of [
    String(row.auditNo),
    row.at,
    row.actorType,
    row.actorId,
    row.actorName,
    row.tenantId,
    row.action,
    row.objectType,
    row.objectId,
    row.reason,
    row.before,
    row.after,
    row.address,
    row.requestId,
    ...(row.callerRequestId == null ? [] : [row.callerRequestId]),
  ]) {
    hash.update(value === null ? "~," : `${Buffer.byteLength(value)}:${value},`);
  }
  return hash.digest();
}

const BLOT = "[redacted]";

/**
 * `before` or `after` as JSON that PostgreSQL takes: characters that it cannot hold (NUL, halves of surrogate pairs)
 * are replaced, and fields with a secret's name are blotted out. Null when there is nothing.
 */
export function auditValue(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return writeJson(storable(value));
}

const clean = (text: string) => text.replaceAll(/\0|\p{Surrogate}/gu, "\uFFFD");

/**
 * A copy as JSON has it. It takes one walk and no text between: a target may have 50,000 points, and other requests
 * wait.
 */
function storable(value: unknown): unknown {
  if (typeof value === "string") return clean(value);
  // JSON has no big integers: they become texts.
  if (typeof value === "bigint") return String(value);
  // Points hold numbers only, so nothing in them can be wrong.
  if (Array.isArray(value)) return value.every(Number.isFinite) ? value : value.map(storable);
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return storable(value.toJSON());
  const copy: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const hidden = isSecretName(key) && inner !== null && typeof inner !== "boolean";
    copy.push([clean(key), hidden ? BLOT : storable(inner)]);
  }
  return Object.fromEntries(copy);
}
