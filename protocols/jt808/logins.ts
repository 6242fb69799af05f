import { timingSafeEqual } from "node:crypto";
import { networkOf, siteOf } from "../../base/networks.ts";
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

/**
 * Registrations of one device that were refused, from one site: some at once, then one a minute. More are not answered, not
 * even the right one, which would tell a guesser that it is right. A site of its own for each, so that whoever only knows
 * the phone number takes nothing from the terminal itself.
 */
const OF_A_SITE = tokenRate(1 / 60, 10);

/** The same from all sites together, but for those from which its terminal has come: guesses may come from very many. */
const OF_NEW_SITES = tokenRate(1, 600);

const MOST_RATES = 10_000;

/** Sites that are remembered of a device's terminal: mobile networks give it another address now and then. */
const MOST_SITES = 2;

/** A device's code, of its secret: the same at each process and after a restart, and another once its token is. */
const codeOf = (secret: Uint8Array): string =>
  [...secret.subarray(0, CODE_LETTERS)].map((byte) => LETTERS[byte & 31]).join("");

type Named = Pick<Registration, "maker" | "terminalId">;

/** What names a terminal itself, as opposed to its SIM: two with the same are one to us. */
const terminalOf = ({ maker, terminalId }: Named): string => JSON.stringify([maker, terminalId]);

export interface LoginParts<D extends DoorDevice>
  extends Pick<DoorDevices<D>, "secretOf" | "bind" | "authenticate"> {
  /** The name of the door. */
  readonly door: string;
  readonly now: () => number;
}

/** Which terminal has a device, as long as the device's code is this one. */
interface Held {
  readonly code: string;
  readonly terminal: string;
  /** From which it has registered at this process. */
  readonly sites: string[];
}

export class TerminalLogins<D extends DoorDevice> {
  private readonly parts: LoginParts<D>;
  private readonly ofSites = new TokenBuckets(OF_A_SITE, MOST_RATES);
  private readonly ofNewSites = new TokenBuckets(OF_NEW_SITES, MOST_RATES);
  /** One for each device in memory at most, so no stranger can push one out. */
  private readonly held = new WeakMap<D, Held>();
  private readonly asked = new Map<D, Promise<unknown>>();

  constructor(parts: LoginParts<D>) {
    this.parts = parts;
  }

  /**
   * Registers a terminal of a device. The first one has the device until its token is changed.
   * @param address from which it comes
   * @returns its code; "other" where another terminal has the device; undefined where nothing is to be answered: that was
   *   tried too often from there, or the token is being changed
   */
  async register(
    device: D,
    registration: Named,
    address: string | undefined,
  ): Promise<string | "other" | undefined> {
    const site = siteOf(networkOf(address ?? ""));
    const giveBack = this.takeGuess(device, site);
    if (!giveBack) return undefined;
    const terminal = terminalOf(registration);
    let isRefused = false;
    try {
      const held = await this.holding(device, terminal);
      isRefused = held?.terminal !== terminal;
      if (!held || isRefused) return held && "other";
      if (!held.sites.includes(site)) held.sites.unshift(site);
      held.sites.splice(MOST_SITES);
      return held.code;
    } finally {
      if (!isRefused) giveBack();
    }
  }

  /** Whether this is the device's code, or its own token, which a terminal may have been given by hand. */
  async mayCome(device: D, code: string): Promise<boolean> {
    const [given, expected] = [Buffer.from(code), Buffer.from(this.codeFor(device))];
    if (given.length === expected.length && timingSafeEqual(given, expected)) return true;
    return (await this.parts.authenticate(device.id, code))?.deviceNo === device.deviceNo;
  }

  /** Takes what a wrong guess costs. @returns gives it back; undefined where there is nothing left to take */
  private takeGuess(device: D, site: string): (() => void) | undefined {
    const { ofSites, ofNewSites } = this;
    const now = this.parts.now();
    // Another token is another terminal's chance.
    const code = this.codeFor(device);
    const key = `${code} ${site}`;
    if (!ofSites.of(key, now).tryTake(now)) return undefined;
    const giveBackOfSite = () => ofSites.giveBack(key, this.parts.now());
    if (this.known(device)?.sites.includes(site)) return giveBackOfSite;
    if (ofNewSites.of(code, now).tryTake(now))
      return () => {
        giveBackOfSite();
        ofNewSites.giveBack(code, this.parts.now());
      };
    giveBackOfSite();
    return undefined;
  }

  private known(device: D): Held | undefined {
    const held = this.held.get(device);
    return held?.code === this.codeFor(device) ? held : undefined;
  }

  /**
   * The terminal that has a device: from memory, or else from the database, which is asked once however many come, and
   * which gives the device to this terminal where none has it.
   * @returns undefined where the token is another one by now
   */
  private async holding(device: D, terminal: string): Promise<Held | undefined> {
    for (;;) {
      const known = this.known(device);
      if (known) return known;
      const asked = this.asked.get(device);
      if (!asked) break;
      await asked;
    }
    const code = this.codeFor(device);
    const asking = this.parts.bind(device, this.parts.door, terminal);
    this.asked.set(device, asking);
    try {
      const bound = await asking;
      if (bound === undefined) return undefined;
      const held = { code, terminal: bound, sites: [] };
      this.held.set(device, held);
      return held;
    } finally {
      this.asked.delete(device);
    }
  }

  private codeFor(device: D): string {
    return codeOf(this.parts.secretOf(device, "jt808 code"));
  }
}
