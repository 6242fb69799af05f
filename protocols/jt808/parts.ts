import type { AskingAgain } from "../../base/ask-again.ts";
import type { Identity } from "../../devices/identities.ts";
import type { DoorDevice, DoorEvents } from "../../exchange/door.ts";
import type { DeviceRates } from "../tcp/device-rates.ts";
import type { PacedConnectionOptions } from "../tcp/paced-connection.ts";
import type { Strangers } from "../tcp/strangers.ts";
import type { AlarmEdges } from "./alarms.ts";
import type { PartsBudget } from "./assembly.ts";
import type { TerminalLogins } from "./logins.ts";
import type { OpenOrders } from "./orders.ts";

/** The numbers of messages, by what became of them, and of answers. */
export type TerminalCounts = Record<
  "taken" | "broken" | "refused" | "stranger" | "denied" | "notice" | "ignored" | "parts" | "answered",
  number
>;

/** The parts of its door that a connection works with. */
export interface TerminalDoorParts<D extends DoorDevice>
  extends Pick<DoorEvents<D>, "onMessage" | "onRefused" | "onUnknown">,
    Pick<AskingAgain, "isAway" | "log">,
    Pick<PacedConnectionOptions, "logSome"> {
  /** The name of the door. */
  readonly door: string;
  /** The living device that a phone number stands for, from memory. */
  readonly find: (identity: Identity) => D | undefined;
  /** Asks the database for one that is not in memory. Rejects while the database is away. */
  readonly lookUp: (identity: Identity) => Promise<D | undefined>;
  readonly logins: TerminalLogins<D>;
  readonly strangers: Strangers;
  readonly rates: DeviceRates;
  readonly orders: OpenOrders;
  readonly edges: AlarmEdges;
  readonly budget: PartsBudget;
  readonly counts: TerminalCounts;
  readonly now: () => number;
}
