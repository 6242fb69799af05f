import { z } from "zod";

export const questionParams = z.object({
  question: z.enum(["user", "vhost", "resource", "topic"]).describe("What RabbitMQ wants to know."),
});

/** The fields of `rabbitmq_auth_backend_http` that the answer depends on; it sends more. */
export const questionBody = z.looseObject({
  username: z.string(),
  password: z.string().optional(),
  vhost: z.string().optional(),
  client_id: z.string().optional().describe("Of a client over MQTT; others have none."),
  resource: z.string().optional(),
  name: z.string().optional(),
  permission: z.string().optional(),
  routing_key: z.string().optional(),
});
