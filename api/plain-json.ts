import type { FastifyReply } from "fastify";

/**
 * Serialises an answer as it is, for the routes that carry many values: `serializerCompiler: plainJson`.
 *
 * By default each answer goes through its zod schema, which checks and encodes value by value; for a day of
 * readings that took longer than the query. These routes' answers are made by one mapper each, dates become
 * RFC 3339 by Date's own toJSON, and test/api holds them to their schemas.
 */
export const plainJson = () => (answer: unknown) => JSON.stringify(answer);

/** Sends an answer that is JSON text already. No schema looks at it here either. */
export const sendJsonText = (reply: FastifyReply, text: string): FastifyReply =>
  reply.header("content-type", "application/json; charset=utf-8").send(text);
