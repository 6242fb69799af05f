import { timingSafeEqual } from "node:crypto";
import { TokenBuckets, tokenRate } from "../../base/token-bucket.ts";
import type { DoorDevice } from "../../exchange/door.ts";
import type { DoorDevices } from "../../exchange/protocol.ts";
import type { Registration } from "./registration.ts";

/**
 * How a terminal shows who it is (decision 0039): by a code that the platform gives it when it registers. Whoever only knows
 * its phone number gets none once a terminal has registered, and cannot make it up.
 */

/** Digits and letters that nobody takes for another. */
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 80 bits: out of reach of guessing over a network, and short enough for old terminals. */
const CODE_LETTERS = 16;

/** Registrations of one device that were refused: some at once, then one a minute. More are not looked at. */
const REFUSED_RATE = tokenRate(1 / 60, 10);
const MOST_RATES = 10_000;

/** A device's code, of its secret: the same at each process and after a restart, and another once its token is. */
const codeOf = (secret: Uint8Array): string =>
  [...secret.subarray(0, CODE_LETTERS)].map((byte) => LETTERS[byte & 31]).join("");

/** What names a terminal itself, as opposed to its SIM: two with the same are one to us. */
const terminalOf = ({ maker, terminalId }: Pick<Registration, "maker" | "terminalId">): string =>
  JSON.stringify([maker, terminalId]);

export interface LoginParts<D extends DoorDevice>
  extends Pick<DoorDevices<D>, "secretOf" | "bind" | "authenticate"> {
  /** The name of the door. */
  readonly door: string;
  readonly now: () => number;
}

export class TerminalLogins<D extends DoorDevice> {
  private readonly parts: LoginParts<D>;
  private readonly refused = new TokenBuckets(REFUSED_RATE, MOST_RATES);

  constructor(parts: LoginParts<D>) {
    this.parts = parts;
  }

  /**
   * Registers a terminal of a device. The first one has the device until its token is changed.
   * @returns its code; "other" where another terminal has the device; undefined where that was tried too often
   */
  async register(device: D, registration: Registration): Promise<string | "other" | undefined> {
    const { bind, door, now } = this.parts;
    if (!this.refused.of(device.id, now()).tryTake(now())) return undefined;
    let isOther = false;
    try {
      isOther = !(await bind(device, door, terminalOf(registration)));
    } finally {
      if (!isOther) this.refused.giveBack(device.id, now());
    }
    return isOther ? "other" : this.codeFor(device);
  }

  /** Whether this is the device's code, or its own token, which a terminal may have been given by hand. */
  async mayCome(device: D, code: string): Promise<boolean> {
    const [given, expected] = [Buffer.from(code), Buffer.from(this.codeFor(device))];
    if (given.length === expected.length && timingSafeEqual(given, expected)) return true;
    return (await this.parts.authenticate(device.id, code))?.deviceNo === device.deviceNo;
  }

  private codeFor(device: D): string {
    return codeOf(this.parts.secretOf(device, "jt808 code"));
  }
}
