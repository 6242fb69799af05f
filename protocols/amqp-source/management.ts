import { type BrokerConnection, readListed } from "./broker-events.ts";

/** RabbitMQ's management API, where a setting names it. */
export interface Management {
  /** Every connection of a device to a virtual host. Rejects when it cannot be asked. */
  listConnections(host: string): Promise<readonly BrokerConnection[]>;
  /** Ends every connection of a user, also one that is too young to be in the list. */
  endConnectionsOf(user: string): Promise<void>;
}

const PAGE = 500;
const TIMEOUT_MS = 10_000;
/** Of what a connection has, only this is read. */
const COLUMNS = "name,node,user,vhost,protocol,peer_host";

/** @param url http://user:password@host:15672 */
export function openManagement(url: string): Management {
  const { username, password, origin, pathname } = new URL(url);
  const base = `${origin}${pathname.replace(/\/$/, "")}/api/connections`;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  const ask = async (path: string, method = "GET") => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok && response.status !== 404)
      throw new Error(`RabbitMQ's management API answered ${response.status}`);
    return response;
  };
  return {
    async listConnections(host) {
      const found: BrokerConnection[] = [];
      for (let page = 1, pages = 1; page <= pages; page++) {
        const response = await ask(`?page=${page}&page_size=${PAGE}&columns=${COLUMNS}&sort=name`);
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
      await ask(`/username/${encodeURIComponent(user)}`, "DELETE");
    },
  };
}
