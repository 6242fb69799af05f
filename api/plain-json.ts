import type { FastifyReply } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import { writeExactly, writeJson } from "../base/exact-json.ts";

/**
 * Serializes an answer by its zod schema, with exact numbers in the parts that devices and people sent, as they came.
 */
export const exactSerializerCompiler: typeof serializerCompiler = (route) => {
  const write = serializerCompiler(route);
  return (answer) => writeExactly(() => write(answer));
};

/**
 * Serializes an answer as it is, for the routes that carry many values: `serializerCompiler: plainJson`.
 *
 * By default each answer goes through its zod schema, which checks and encodes value by value; for a day of readings
 * that took longer than the query. One mapper makes these routes' answers, Date's own toJSON writes RFC 3339, and
 * test/api holds them to their schemas.
 */
export const plainJson = () => (answer: unknown) => writeJson(answer);

/** Sends an answer that is JSON text already. No schema looks at it here either. */
export const sendJsonText = (reply: FastifyReply, text: string): FastifyReply =>
  reply.header("content-type", "application/json; charset=utf-8").send(text);
