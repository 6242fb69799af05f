import { PlatformError } from "../../base/errors.ts";
import type { BroadcastOrder } from "../../store/broadcast/index.ts";
import type { StartOrder, StopOrder } from "../contract/index.ts";

/**
 * The content of a start order that we signed ourselves, word for word. No schema checks it: speakers have obeyed it,
 * and whatever today's rules are, it must be possible to stop it and to order the same again.
 * @throws PlatformError `internal` for one that is no JSON, so that was never signed here
 */
export function readStoredOrder({ commandId, jws }: Pick<BroadcastOrder, "commandId" | "jws">): StartOrder {
  try {
    return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8")) as StartOrder;
  } catch (cause) {
    throw new PlatformError("internal", `The stored order ${commandId} is no order`, { cause });
  }
}

/** The same for another attempt, which `again` may play although an earlier one has ended there. */
export function anotherAttempt(
  first: StartOrder,
  { attempt, issuedAt, again }: { attempt: number; issuedAt: Date; again: readonly string[] },
): StartOrder {
  const { again: _before, ...same } = first;
  return {
    ...same,
    issuedAt: issuedAt.toISOString(),
    attempt,
    ...(again.length > 0 ? { again: [...again] } : {}),
  };
}

/**
 * The order that stops it: from the same platform, for the same area and for as long, so that no terminal that could
 * obey the one would refuse the other.
 */
export const stopOf = ({ issuer, broadcastId, area, expiresAt }: StartOrder, issuedAt: Date): StopOrder => ({
  type: "stop",
  issuer,
  broadcastId,
  issuedAt: issuedAt.toISOString(),
  expiresAt,
  area,
});
