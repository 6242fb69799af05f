/** Items (readings and events) of one device that are in one message. */
export interface Share {
  readonly deviceId: string;
  readonly count: number;
}

export interface Account {
  /** Items that left at least once. */
  published: number;
  /** Items whose message the platform has acknowledged. */
  acknowledged: number;
  /** Items that left again after a broken connection; the platform may have counted them before. */
  resent: number;
}

/** The items that the simulators sent, per device: the other side of the platform's ledger. */
export interface Tally {
  add(what: keyof Account, shares: readonly Share[]): void;
  of(deviceId: string): Readonly<Account>;
  readonly total: Readonly<Account>;
}

export function createTally(): Tally {
  const accounts = new Map<string, Account>();
  const empty = (): Account => ({ published: 0, acknowledged: 0, resent: 0 });
  const total = empty();
  return {
    add(what, shares) {
      for (const { deviceId, count } of shares) {
        const account = accounts.get(deviceId) ?? empty();
        accounts.set(deviceId, account);
        account[what] += count;
        total[what] += count;
      }
    },
    of: (deviceId) => accounts.get(deviceId) ?? empty(),
    total,
  };
}
