import { ALIVE_MS } from "../../cluster/membership.ts";
import { CommandBox } from "../../exchange/command-box.ts";
import type { CommandedDevice, DoorCommand } from "../../exchange/door.ts";
import type { DoorExchange } from "../../exchange/exchange.ts";
import { createReach } from "../../exchange/reach.ts";
import type { Directory } from "../../ingest/directory.ts";
import { findProcessesOf } from "../../store/devices/index.ts";
import { isAnySilentSince } from "../../store/processes/index.ts";
import type { ClusterPhase } from "./cluster.ts";
import type { DatabasePhase } from "./database.ts";
import type { IngestPhase } from "./ingest.ts";
import type { Start } from "./start.ts";

/** For so long a command of a broadcast may be on its way to the process that has its speaker. Milliseconds. */
const BROADCAST_VALID_MS = 5_000;

/** The way to devices, whichever process they are connected to. */
export interface ReachPhase {
  readonly deliver: DoorExchange["deliver"];
  /** For commands of broadcasts to other processes; undefined where there is none. */
  readonly elsewhere:
    | {
        whereAre(deviceNos: readonly number[]): Promise<ReadonlyMap<number, number>>;
        deliverAt(
          processNo: number,
          device: CommandedDevice,
          command: DoorCommand,
        ): ReturnType<DoorExchange["deliver"]>;
        isAnySilentSince(moment: Date): Promise<boolean>;
      }
    | undefined;
}

/** Begins to hand commands to, and for, the other processes. */
export function startReach(
  { config, logOf, atEnd }: Start,
  { pools }: Pick<DatabasePhase, "pools">,
  { membership: { processNo } }: Pick<ClusterPhase, "membership">,
  exchange: Pick<DoorExchange, "deliver" | "isOnline">,
  { ingest: { directory } }: Pick<IngestPhase, "ingest">,
): ReachPhase {
  const url = config.DATABASE_URL;
  if (url === undefined) return { deliver: exchange.deliver, elsewhere: undefined };
  const isStill = (device: CommandedDevice, command: DoorCommand) => isMeant(directory, device, command);
  const box = new CommandBox({
    pool: pools.urgent,
    processNo,
    url,
    log: logOf("exchange"),
    deliver: async (device, command) =>
      (await isStill(device, command)) ? exchange.deliver(device, command) : "not_listening",
  });
  atEnd(() => box.stop());
  const whereAre = (deviceNos: readonly number[]) =>
    findProcessesOf(pools.urgent, deviceNos, processNo, ALIVE_MS);
  const numberOf = async (id: string) => (directory.find(id) ?? (await directory.lookUp(id)))?.deviceNo;
  return {
    deliver: createReach({ exchange, box, whereAre, numberOf, isStill }).deliver,
    elsewhere: {
      whereAre,
      isAnySilentSince: (moment) => isAnySilentSince(pools.urgent, moment, ALIVE_MS),
      deliverAt: (no, device, command) => box.send(no, device, command, BROADCAST_VALID_MS),
    },
  };
}

/**
 * True when this device is the one that a command means, and is behind the gateway that is to carry it: the caller has
 * looked at it some moments ago, at another process.
 */
async function isMeant(
  directory: Directory,
  { id, deviceNo }: CommandedDevice,
  { through }: DoorCommand,
): Promise<boolean> {
  // A door looks at the number itself.
  if (through === undefined) return true;
  await directory.refresh(id);
  const device = directory.find(id);
  const gateway = directory.find(through) ?? (await directory.lookUp(through));
  return device?.deviceNo === deviceNo && gateway !== undefined && device.gatewayNo === gateway.deviceNo;
}
