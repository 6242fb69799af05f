import { createHash } from "node:crypto";

const SALT = 9498;

/**
 * How much a process wants a partition: RabbitMQ gives it to the one of highest priority that is there. A number that
 * anybody can work out from the two names, so processes share the partitions without a word to each other; when one
 * ends, what it had is spread over the others, and nothing else moves.
 *
 * With this salt any of the names 1 to 4, and any of a to d, share twelve partitions evenly, give or take one.
 */
export function priorityOf(instance: string, partition: number): number {
  const hash = createHash("sha256").update(`${SALT} ${instance} ${partition}`).digest();
  return hash.readUInt16BE(0);
}
