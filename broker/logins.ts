import { ID_FORM } from "../base/channels.ts";
import type { DoorDevice } from "../exchange/door.ts";
import type { BrokerOptions, Known } from "./options.ts";

/** A user name that can belong to a device or application, otherwise an empty text. */
export const nameOr = (username: string | undefined): string =>
  username !== undefined && ID_FORM.test(username) ? username : "";

/** MQTT 3.1.1's return codes of a refusal. */
export const UNAVAILABLE = 3;
const WRONG = 4;

export type LoginAnswer<P extends DoorDevice> =
  | { readonly known: Known<P>; readonly certified: boolean }
  | {
      readonly returnCode: typeof UNAVAILABLE | typeof WRONG;
      /** How long to hold this answer back. */
      readonly afterMs: number;
    };

/** A request to be let in. */
export interface LoginRequest {
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly address: string | undefined;
  /** Of a client certificate that the listener has verified. */
  readonly commonName: string | undefined;
}

/**
 * No refusal leaves earlier than this after its request, so that its time does not tell a name that had to be looked up
 * from a known one.
 */
const REFUSAL_MS = 250;

/**
 * When a look-up has failed, wrong logins of every sort are answered "unavailable" for so long: otherwise the return
 * code would tell names in memory from others.
 */
const UNSURE_MS = 5_000;

/** Checks requests to be let in, and slows down clients that guess. */
export class Logins<P extends DoorDevice> {
  private readonly options: BrokerOptions<P>;
  private unsureUntil = Number.NEGATIVE_INFINITY;
  private warnedAt = Number.NEGATIVE_INFINITY;
  refused = 0;
  unchecked = 0;

  constructor(options: BrokerOptions<P>) {
    this.options = options;
  }

  /** Answers at once when the name is known in memory. A right login is never held back. */
  check(request: LoginRequest, answer: (answer: LoginAnswer<P>) => void): void {
    const { username, password, commonName } = request;
    const since = performance.now();
    // A certificate speaks for its own device only, and a token that is sent along has to be right.
    const certified =
      commonName !== undefined &&
      (username === undefined || username === commonName) &&
      (password === undefined || password.length === 0);
    const id = nameOr(certified ? commonName : username);
    const finish = (known: Known<P> | undefined) => {
      if (known) return answer({ known, certified });
      this.refuse(request, id, since, answer);
    };
    const fail = (error: unknown) => {
      this.unsureUntil = performance.now() + UNSURE_MS;
      this.warn(error);
      this.refuse(request, id, since, answer);
    };
    if (id === "" || (!certified && password === undefined)) return finish(undefined);
    try {
      const found = certified
        ? this.options.authenticateCertificate?.(id)
        : this.options.authenticate(id, password!);
      if (found instanceof Promise) found.then(finish, fail);
      else finish(found);
    } catch (error) {
      fail(error);
    }
  }

  private refuse(
    { address = "", commonName }: LoginRequest,
    id: string,
    since: number,
    answer: (answer: LoginAnswer<P>) => void,
  ): void {
    const { gate, log } = this.options;
    const now = performance.now();
    const unsure = now < this.unsureUntil;
    if (unsure) this.unchecked++;
    else {
      this.refused++;
      // Clients of other platforms give their token as the user name: only a name that exists is logged.
      const name = this.options.knows?.(id) ? id : undefined;
      log.info({ name, commonName, address }, "login refused");
    }
    gate?.failed(address, id === "" ? undefined : id);
    const delayMs = Math.max(REFUSAL_MS, gate?.delayFor(address, id === "" ? undefined : id) ?? 0);
    answer({
      returnCode: unsure ? UNAVAILABLE : WRONG,
      afterMs: Math.max(0, since + delayMs - now),
    });
  }

  /** Logged once in a while: when logins cannot be checked there are many of them. */
  private warn(error: unknown): void {
    const now = performance.now();
    if (now - this.warnedAt < UNSURE_MS) return;
    this.warnedAt = now;
    this.options.log.warn({ err: error }, "logins cannot be checked at the moment");
  }
}
