import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { mayUseClientId, mayUseKey, mayUseResource } from "../../access/cluster-rights.ts";
import type { LoginGate } from "../../access/login-gate.ts";
import type { DevicePrincipal } from "../../access/topics.ts";
import { ID_FORM } from "../../base/channels.ts";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { withinNetworks } from "../../base/networks.ts";
import type { Allow } from "../guard.ts";
import { problems } from "../problem.ts";
import { questionBody, questionParams } from "./schema.ts";

export interface ClusterLogins {
  /** Addresses and networks of RabbitMQ's nodes; empty: nobody may ask. */
  readonly from: readonly string[];
  /** The virtual host to which devices connect; in every other one they have no rights. */
  readonly host: string;
  /** The living device that has this id and this token. Rejects while the database is away. */
  readonly authenticate: (id: string, token: string) => Promise<DevicePrincipal | undefined>;
  /** The living device of this id. Rejects while the database is away. */
  readonly find: (id: string) => Promise<DevicePrincipal | undefined>;
}

export interface ClusterLoginsOptions extends ClusterLogins {
  /** The same as for people and at our own door. */
  readonly gate: Pick<LoginGate, "failed">;
  readonly log: Logger;
  readonly allow: Allow;
}

type Question = z.infer<typeof questionBody>;

const FORM = "application/x-www-form-urlencoded";

/** Answers a RabbitMQ cluster, which asks by its plugin rabbitmq_auth_backend_http whom it may let in, and for what. */
export const clusterLoginsRoutes: FastifyPluginAsyncZod<ClusterLoginsOptions> = async (app, options) => {
  const { allow } = options;
  const isNode = withinNetworks(options.from);
  app.addContentTypeParser(FORM, { parseAs: "string" }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.post(
    "/cluster-logins/:question",
    {
      onRequest: [
        allow.anybody,
        (request, _reply, done) =>
          done(
            isDirect(request) && isNode(addressOf(request))
              ? undefined
              : new PlatformError("not_found", "There is nothing here for you"),
          ),
      ],
      schema: {
        operationId: "answerCluster",
        tags: ["access"],
        summary: "For RabbitMQ: whether a device may log in, or use a topic",
        description:
          "Answers `allow` or `deny` to the nodes that `SOURCE_AMQP_AUTH_FROM` names, and to nobody else.",
        security: [],
        consumes: [FORM],
        params: questionParams,
        body: questionBody,
        response: {
          200: { description: "`allow` or `deny`.", content: { "text/plain": { schema: z.string() } } },
          ...problems("not_found"),
        },
      },
    },
    async (request, reply) => {
      const isAllowed = await answer(options, request, request.params.question, request.body);
      return reply.header("content-type", "text/plain; charset=utf-8").send(isAllowed ? "allow" : "deny");
    },
  );
};

/** RabbitMQ asks by itself: what came by a proxy was asked by somebody else, whatever its address says. */
const isDirect = ({ headers }: FastifyRequest): boolean =>
  headers["x-forwarded-for"] === undefined && headers.forwarded === undefined;

/** Not `request.ip`, which a header may say. */
const addressOf = ({ socket }: FastifyRequest): string => socket.remoteAddress ?? "";

async function answer(
  { authenticate, find, gate, log, host }: ClusterLoginsOptions,
  request: FastifyRequest,
  question: "user" | "vhost" | "resource" | "topic",
  asked: Question,
): Promise<boolean> {
  const { username, password, client_id: clientId, permission = "" } = asked;
  const isName = ID_FORM.test(username);
  const ip = addressOf(request);
  if (question === "user") {
    // Without a client id it is no MQTT: no device speaks AMQP, or opens the management page.
    const isOwn = clientId !== undefined && mayUseClientId(username, clientId);
    const device =
      isName && isOwn && password !== undefined ? await authenticate(username, password) : undefined;
    if (device) return true;
    // Answered at once all the same: RabbitMQ asks over few connections, and right logins would wait behind this one.
    gate.failed(ip, isName ? username : undefined);
    log.info({ address: ip, isOwn }, "a login at RabbitMQ is refused");
    return false;
  }
  const device = isName && asked.vhost === host ? await find(username) : undefined;
  if (!device) return false;
  if (question === "vhost") return true;
  if (question === "resource")
    return mayUseResource(device.id, asked.resource ?? "", asked.name ?? "", permission);
  return mayUseKey(device, permission, asked.routing_key ?? "");
}
