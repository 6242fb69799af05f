import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { PlatformError } from "../base/errors.ts";

/** The cost of a guess. N = 2^`ln`; one hash takes 128·N·`r` bytes. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 128 MiB and about 250 ms of one core: OWASP's recommendation for scrypt (Password Storage Cheat Sheet). A change here
 * reaches everybody: each password is hashed again when its owner signs in.
 */
export const PASSWORD_COST: ScryptCost = { ln: 17, r: 8, p: 1 };

/** The dearest hash that the platform computes at all, whatever a row of the database says. */
const MAX_COST = { ln: 20, r: 32, p: 16 } as const;

const SALT_BYTES = 16;
const HASH_BYTES = 32;

export interface HashingTurn {
  /** True for a known person, who goes before waiting strangers. */
  readonly first?: boolean;
}

export interface PasswordHasher {
  /** The password in the PHC string format, `$scrypt$ln=17,r=8,p=1$salt$hash`. */
  hash(password: string, turn?: HashingTurn): Promise<string>;
  /**
   * True when `password` is the one that was hashed. Without a hash, for a person who does not exist, it takes the same
   * time and says no.
   */
  verify(
    password: string,
    phc: string | undefined,
    turn?: HashingTurn,
  ): Promise<{ readonly ok: boolean; readonly outdated: boolean }>;
}

export interface HasherOptions {
  readonly cost?: ScryptCost;
  /** How many hashes are computed at once: each takes a core and its memory. */
  readonly concurrency?: number;
  /** How many may wait for their turn, in each of the two queues; one more is refused. */
  readonly maxWaiting?: number;
}

/** Makes a hasher with a queue of its own. @throws PlatformError `sign_in_busy` from its methods when that is full */
export function createPasswordHasher(options: HasherOptions = {}): PasswordHasher {
  const { cost = PASSWORD_COST, concurrency = 2, maxWaiting = 40 } = options;
  const inTurn = createTurnstile(concurrency, maxWaiting);
  const dummySalt = randomBytes(SALT_BYTES);
  return {
    async hash(password, turn) {
      const salt = randomBytes(SALT_BYTES);
      const hash = await inTurn(() => derive(password, salt, HASH_BYTES, cost), turn);
      return formatPhc({ cost, salt, hash });
    },
    async verify(password, phc, turn) {
      const kept = phc === undefined ? undefined : parsePhc(phc);
      const { cost: by, salt } = kept ?? { cost, salt: dummySalt };
      const length = kept?.hash.length ?? HASH_BYTES;
      const given = await inTurn(() => derive(password, salt, length, by), turn);
      const ok = kept !== undefined && timingSafeEqual(given, kept.hash);
      return { ok, outdated: by.ln !== cost.ln || by.r !== cost.r || by.p !== cost.p };
    },
  };
}

/** The hasher of this process: all who sign in share its queue. */
export const passwordHasher = createPasswordHasher();

/** Hashes a password that an authorized person gives to another, for keeping; `checkPassword` comes first. */
export const hashPassword = (password: string): Promise<string> =>
  passwordHasher.hash(password, { first: true });

/** Takes the place of a password that is taken away: no password has this hash. */
export const noPasswordHash = (): string =>
  formatPhc({ cost: PASSWORD_COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) });

/** The same password typed on another keyboard may come as other code points; NFC makes them equal. */
const bytesOf = (password: string) => Buffer.from(password.normalize("NFC"), "utf8");

function derive(password: string, salt: Buffer, length: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** ln;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r + 128 * r * p + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(bytesOf(password), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

interface Phc {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const PHC =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const toBase64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");

function formatPhc({ cost: { ln, r, p }, salt, hash }: Phc): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** @throws Error when a row holds something else: that is damage, not a wrong password */
function parsePhc(phc: string): Phc {
  const parts = PHC.exec(phc);
  if (!parts) throw new Error("A kept password hash is not a scrypt hash in the PHC string format");
  const cost = { ln: Number(parts[1]), r: Number(parts[2]), p: Number(parts[3]) };
  const sane = (["ln", "r", "p"] as const).every((key) => cost[key] >= 1 && cost[key] <= MAX_COST[key]);
  if (!sane) throw new Error("A kept password hash asks for more work than any that is made here");
  return { cost, salt: Buffer.from(parts[4]!, "base64"), hash: Buffer.from(parts[5]!, "base64") };
}

/**
 * Lets `concurrency` tasks run at once. Others wait in two queues, in order: `maxWaiting` of those that go first, and
 * as many of the rest. So a flood of the second queue delays the first one by no more than one task.
 */
function createTurnstile(concurrency: number, maxWaiting: number) {
  let running = 0;
  const waiting = { first: [] as (() => void)[], others: [] as (() => void)[] };
  return async <T>(task: () => Promise<T>, { first = false }: HashingTurn = {}): Promise<T> => {
    if (running < concurrency) running++;
    else {
      const queue = first ? waiting.first : waiting.others;
      if (queue.length >= maxWaiting) throw new PlatformError("sign_in_busy");
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await task();
    } finally {
      // The turn is handed on, so that no other task slips in between.
      const next = waiting.first.shift() ?? waiting.others.shift();
      if (next) next();
      else running--;
    }
  };
}
