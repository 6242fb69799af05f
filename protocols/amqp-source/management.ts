import { isDeepStrictEqual } from "node:util";
import { type BrokerConnection, readListed } from "./broker-events.ts";
import { userOf } from "./host.ts";

/** RabbitMQ's management API, where a setting names it. */
export interface Management {
  /** As whom it is asked. */
  readonly user: string;
  /** Every connection of a device to a virtual host. Rejects when it cannot be asked. */
  listConnections(host: string): Promise<readonly BrokerConnection[]>;
  /** Ends every connection of a user, also one that is too young to be in the list. */
  endConnectionsOf(user: string): Promise<void>;
  /** Ends the connections of a user whose logins began before a moment. Epoch milliseconds, by RabbitMQ's clock. */
  endOlderOf(user: string, before: number): Promise<void>;
  /** Bounds what RabbitMQ keeps for each session of a device. Needs the right to set policies. */
  boundSessions(host: string): Promise<void>;
}

/**
 * What a session may keep while its device is away, in bytes, and for how long, in milliseconds. Commands expire after ten
 * seconds, so nothing else is lost; without bounds the sessions of one device fill the disk.
 */
const SESSION_POLICY = {
  pattern: "^mqtt-subscription-",
  definition: { "max-length-bytes": 1024 * 1024, expires: 600_000 },
  "apply-to": "queues",
  priority: 100,
};
const SESSION_POLICY_NAME = "sbi-sessions";

const PAGE = 500;
const TIMEOUT_MS = 10_000;
/** Of what a connection has, only this is read. */
const COLUMNS = "name,node,user,vhost,protocol,peer_host";

/** @param url http://user:password@host:15672 */
export function openManagement(url: string): Management {
  const { password, origin, pathname } = new URL(url);
  const user = userOf(url);
  const base = `${origin}${pathname.replace(/\/$/, "")}/api/`;
  const credentials = `${user}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  const ask = async (path: string, method = "GET", body?: object) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok && response.status !== 404)
      throw new Error(`RabbitMQ's management API answered ${response.status}`);
    return response;
  };
  return {
    user,
    async listConnections(host) {
      const found: BrokerConnection[] = [];
      for (let page = 1, pages = 1; page <= pages; page++) {
        const response = await ask(`connections?page=${page}&page_size=${PAGE}&columns=${COLUMNS}&sort=name`);
        const { items = [], page_count } = (await response.json()) as {
          items?: unknown[];
          page_count?: number;
        };
        pages = page_count ?? 1;
        for (const item of items) {
          const connection = readListed(item, host);
          if (connection) found.push(connection);
        }
      }
      return found;
    },
    async endConnectionsOf(user) {
      await ask(`connections/username/${encodeURIComponent(user)}`, "DELETE");
    },
    async endOlderOf(user, before) {
      const response = await ask(`connections/username/${encodeURIComponent(user)}`);
      const found = response.ok ? ((await response.json()) as { name: string }[]) : [];
      for (const { name } of found) {
        const path = `connections/${encodeURIComponent(name)}`;
        // The list of a user's does not say when they began.
        const one = await ask(`${path}?columns=connected_at`);
        const { connected_at: at } = one.ok ? ((await one.json()) as { connected_at?: number }) : {};
        if (at !== undefined && at < before) await ask(path, "DELETE");
      }
    },
    async boundSessions(host) {
      const path = `policies/${encodeURIComponent(host)}/${SESSION_POLICY_NAME}`;
      const now = await ask(path);
      const { definition } = now.ok ? ((await now.json()) as { definition?: object }) : {};
      // RabbitMQ goes through all queues for one that is set again.
      if (isDeepStrictEqual(definition, SESSION_POLICY.definition)) return;
      await ask(path, "PUT", SESSION_POLICY);
    },
  };
}
