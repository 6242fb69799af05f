import { createLogLimiter, type Logger } from "../base/log.ts";
import type {
  CommandedDevice,
  Delivery,
  Door,
  DoorCommand,
  DoorDevice,
  DoorEvents,
  DoorHealth,
  DoorPresence,
} from "./door.ts";

/** All doors together, as the inside sees them: it reaches devices through this, and knows no door. */
export interface DoorExchange<D extends DoorDevice = DoorDevice>
  extends Omit<Door, "name" | "health" | "packetCounts" | "tellAgain" | "heardUpTo"> {
  /**
   * Adds a door behind the present ones. @throws Error when there is one of its name: rejections name the door by it
   */
  add(door: Door): void;
  /**
   * The `onPresence` of doors: it sums up their reports, so that a device with two doors comes and goes once. Other
   * reports go straight to the inside, with nothing in between for each message.
   * @param told hears of changes of the sum: with the moment and address of the door that made the change
   */
  sumPresence(told: DoorEvents<D>["onPresence"]): DoorEvents<D>["onPresence"];
  /** The devices that are at a door, as it has reported them; a device at two doors comes twice. */
  present(): Iterable<DoorPresence<D>>;
  /** The presence of a device at any door; undefined where it is at none. */
  presenceOf(id: string): DoorPresence<D> | undefined;
  /** Hands this to the doors that it concerns. */
  readonly endIdentified: Required<Door>["endIdentified"];
  readonly endTakenOver: Required<Door>["endTakenOver"];
  /** How the doors are that say so. */
  health(): DoorHealth[];
  /**
   * The moment up to which all that devices have sent has come to a process, by every door; at most now. Undefined while
   * a door of this process does not know.
   */
  heardUpTo(now: number): number | undefined;
}

/** Makes an exchange without doors, so that every device is away. */
export function createExchange<D extends DoorDevice = DoorDevice>({
  log,
}: {
  readonly log: Logger;
}): DoorExchange<D> {
  const doors: Door[] = [];
  /** The devices that each door has reported as connected, by the door's name and their ids. */
  const present = new Map<string, Map<string, DoorPresence<D>>>();

  const limitLog = createLogLimiter();

  /** A door that fails with the answer does not have the device: it keeps no other from a command, nor from its turn. */
  const isAt = (door: Door, id: string): boolean => {
    try {
      return door.isOnline(id);
    } catch (error) {
      limitLog(door.name, (suppressed) =>
        log.error(
          { err: error, door: door.name, suppressed },
          "a door could not say whether it has a device",
        ),
      );
      return false;
    }
  };

  const holding = (id: string) => doors.filter((door) => isAt(door, id));

  /** Never rejects: a door that fails keeps no other from the command, nor from telling that it took it. */
  const handTo = async (door: Door, device: CommandedDevice, command: DoorCommand) => {
    try {
      return await door.deliver(device, command);
    } catch (error) {
      log.error({ err: error, door: door.name, deviceId: device.id }, "a door failed with a command");
      return "not_listening";
    }
  };

  function noteHere(presence: DoorPresence<D>): void {
    const { door, device, connected } = presence;
    const here = present.get(door);
    if (!connected) here?.delete(device.id);
    else if (here) here.set(device.id, presence);
    else present.set(door, new Map([[device.id, presence]]));
  }

  const isElsewhere = ({ door, device: { id } }: DoorPresence<D>): boolean => {
    for (const [name, here] of present) if (name !== door && here.has(id)) return true;
    return false;
  };

  const presenceOf = (id: string): DoorPresence<D> | undefined => {
    for (const here of present.values()) {
      const found = here.get(id);
      if (found) return found;
    }
    return undefined;
  };

  /** Takes the step at each door, also after one where it failed. @throws the first fault */
  const atEach = (step: (door: Door) => void): void => {
    const faults: unknown[] = [];
    for (const door of doors) {
      try {
        step(door);
      } catch (error) {
        faults.push(error);
      }
    }
    throwFirst(faults);
  };

  function* everyPresence(): Iterable<DoorPresence<D>> {
    for (const here of present.values()) yield* here.values();
  }

  return {
    add(door) {
      if (doors.some(({ name }) => name === door.name))
        throw new Error(`There are two doors of the name '${door.name}': expected each to have its own`);
      doors.push(door);
    },

    sumPresence: (told) => (presence) => {
      noteHere(presence);
      if (!isElsewhere(presence)) told(presence);
    },

    /**
     * Nothing is waited for before the last door has the command: a caller that has looked at a device and calls this
     * in the same turn reaches that device and no other that has its id, or its gateway, a moment later.
     */
    deliver(device, { payload, through }) {
      const own = holding(device.id);
      // A device with a connection of its own gets nothing through its gateway, also if it does not listen.
      const asked =
        own.length > 0 || through === undefined
          ? own.map((door) => handTo(door, device, { payload }))
          : holding(through).map((door) => handTo(door, device, { payload, through }));
      return Promise.all(asked).then(sumUp);
    },

    present: everyPresence,
    presenceOf,

    health: () => doors.flatMap((door) => door.health?.() ?? []),

    heardUpTo(now) {
      const moments = doors.map((door) => (door.heardUpTo ? door.heardUpTo() : now));
      const known = moments.filter((moment) => moment !== undefined);
      return known.length < moments.length ? undefined : Math.min(now, ...known);
    },

    isOnline: (id) => doors.some((door) => isAt(door, id)),
    disconnect: (id) => atEach((door) => door.disconnect(id)),
    // Whoever keeps the devices in memory goes on: it has to tell of others, too.
    endIdentified: (device, identity) => {
      try {
        atEach((door) => door.endIdentified?.(device, identity));
      } catch (error) {
        log.error(
          { err: error, deviceId: device.id },
          "a door failed with an identity that a device has lost",
        );
      }
    },
    endTakenOver: (id, connection, at) => atEach((door) => door.endTakenOver?.(id, connection, at)),
    quiesce: () => oneByOne(doors, (door) => door.quiesce()),
    // The door that was opened last closes first.
    close: () => oneByOne(doors.toReversed(), (door) => door.close()),
  };
}

/** Of all connections by which a device might get a command, one is enough. */
const sumUp = (deliveries: readonly Delivery[]): Delivery =>
  (["taken", "too_slow"] as const).find((one) => deliveries.includes(one)) ?? "not_listening";

/**
 * Takes the step at each door, also after one where it failed. @throws the first fault, once all have had their turn
 */
async function oneByOne(doors: readonly Door[], step: (door: Door) => Promise<void>): Promise<void> {
  const faults: unknown[] = [];
  for (const door of doors) {
    try {
      await step(door);
    } catch (error) {
      faults.push(error);
    }
  }
  throwFirst(faults);
}

function throwFirst(faults: readonly unknown[]): void {
  if (faults.length > 0) throw faults[0];
}
