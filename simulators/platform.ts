import { setTimeout as sleep } from "node:timers/promises";
import { MAX_KEYS_BYTES } from "../broadcast/contract/index.ts";

/** The requests of the simulators to the platform's HTTP API: any application could make them. */
export interface Ledger {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly pending: number;
}

export interface DeviceToRegister {
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly name?: string;
  readonly gatewayId?: string;
  /** The names by which protocols know it. */
  readonly identities?: readonly { readonly scheme: string; readonly value: string }[];
}

/** Degrees, WGS 84. */
export interface DeviceLocation {
  readonly longitude: number;
  readonly latitude: number;
}

export interface PlatformClient {
  ledger(deviceId: string): Promise<Ledger>;
  /** The numbers of the device's newest reading; empty when there is none. */
  latest(deviceId: string): Promise<Record<string, number>>;
  /** The places of the devices of a kind, by id; devices without a known place are left out. */
  locations(kind: string): Promise<Map<string, DeviceLocation>>;
  /** @throws PlatformRefusal with code `device_exists` when the id is taken */
  register(device: DeviceToRegister): Promise<{ username: string; password: string }>;
}

/** An answer other than 2xx, with the platform's problem document. */
export class PlatformRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "PlatformRefusal";
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 30_000;
const MAX_ATTEMPTS = 20;
const MAX_PAUSE_SECONDS = 60;
const KEYS_TIMEOUT_MS = 5000;
const PAGE = 1000;

/**
 * The public keys that verify commands. They are public: a speaker has no API key.
 * @throws Error when there is no answer, or another than 200
 */
export async function fetchBroadcastKeys(url: string): Promise<unknown> {
  const address = `${url.replace(/\/+$/, "")}/v1/broadcasts/keys`;
  const response = await fetch(address, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(KEYS_TIMEOUT_MS),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`GET ${address} answered ${response.status}`);
  }
  return JSON.parse(await readBounded(response, MAX_KEYS_BYTES));
}

/** @throws Error once there is more than `most` bytes; the rest is not read */
async function readBounded(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > most) throw new Error(`the answer has more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** @param url the API's address without `/v1`, e.g. `http://127.0.0.1:8080` */
export function createPlatform(url: string, key: string): PlatformClient {
  const base = url.replace(/\/+$/, "");

  /** After a 429, waits as long as the platform says. */
  const ask = async (method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      const { retryAfterSeconds, answer } = await askOnce(method, path, body, attempt < MAX_ATTEMPTS);
      if (retryAfterSeconds === undefined) return answer;
      await sleep(Math.min(retryAfterSeconds, MAX_PAUSE_SECONDS) * 1000);
    }
  };

  const askOnce = async (
    method: "GET" | "POST",
    path: string,
    body: unknown,
    mayRepeat: boolean,
  ): Promise<{ answer?: unknown; retryAfterSeconds?: number }> => {
    const what = `${method} ${base}${path}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      const cause = (error as Error).cause as Error | undefined;
      const why =
        cause?.message || (cause as NodeJS.ErrnoException | undefined)?.code || (error as Error).message;
      throw new Error(`${what} failed: ${why}. Is the platform running there?`, { cause: error });
    }
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      answer = undefined;
    }
    if (response.ok && answer !== undefined) return { answer };
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    if (response.status === 429 && mayRepeat && retryAfter >= 0) return { retryAfterSeconds: retryAfter };
    const problem = (answer ?? {}) as { code?: string; title?: string; detail?: string };
    const told = problem.detail ?? problem.title ?? "the answer is not JSON";
    throw new PlatformRefusal(
      response.status,
      problem.code ?? "",
      `${what} answered ${response.status}: ${told}`,
    );
  };

  const pathOf = (deviceId: string) => `/v1/devices/${encodeURIComponent(deviceId)}`;

  return {
    ledger: async (deviceId) => (await ask("GET", `${pathOf(deviceId)}/ledger`)) as Ledger,

    async latest(deviceId) {
      const answer = (await ask("GET", `${pathOf(deviceId)}/latest`)) as {
        reading: { metrics: Record<string, number | string | null> } | null;
      };
      const metrics = answer.reading?.metrics ?? {};
      return Object.fromEntries(
        Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
      );
    },

    async locations(kind) {
      const found = new Map<string, DeviceLocation>();
      let cursor: string | null = null;
      do {
        const query = new URLSearchParams({
          kind,
          limit: String(PAGE),
          ...(cursor === null ? {} : { cursor }),
        });
        const page = (await ask("GET", `/v1/devices?${query}`)) as {
          items: { id: string; location: DeviceLocation | null }[];
          nextCursor: string | null;
        };
        for (const { id, location } of page.items) if (location) found.set(id, location);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return found;
    },

    async register(device) {
      const answer = (await ask("POST", "/v1/devices", device)) as {
        credentials: { username: string; password: string };
      };
      return answer.credentials;
    },
  };
}
