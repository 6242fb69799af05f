import { join } from "node:path";
import { CREDENTIALS_FILE } from "../../../seeds/demo-fleet.ts";
import { type DeviceCredential, readCredentials } from "../../../simulators/credentials.ts";
import type { Ask } from "./ask.ts";
import type { WorldFacts } from "./start-world.ts";

interface Place {
  readonly code: string;
  readonly name: string;
}

/** A township of the demo's county, with what stands in it. */
export interface Township extends Place {
  readonly villages: readonly Place[];
  readonly speakers: readonly DeviceCredential[];
}

/** The seeded devices with their logins. */
export async function seededDevices({ dataDir }: WorldFacts): Promise<DeviceCredential[]> {
  return (await readCredentials(join(dataDir, CREDENTIALS_FILE)))!.devices;
}

/**
 * Townships by the flows that use them, so that a broadcast of one does not reach the speakers of another. Each has more
 * villages than speakers.
 */
export const TOWNSHIPS = {
  /** 都濡街道, with 18 villages and 9 speakers. */
  scenery: "520326002",
  /** 蕉坝镇, with 7 villages and 3 speakers, which sound for as long as the flows run. */
  sounding: "520326112",
  /** 丰乐镇, with 9 villages and 4 speakers. */
  writing: "520326101",
  /** 黄都镇, with 9 villages and 5 speakers. */
  green: "520326102",
  /** 大坪街道, with 9 villages and 4 speakers. */
  air: "520326003",
  /** 镇南镇, with 5 villages and 2 speakers. */
  together: "520326104",
  /** 砚山镇, with 5 villages and 3 speakers. */
  followed: "520326105",
} as const;

export async function readTownship(code: string, world: WorldFacts, ask: Ask): Promise<Township> {
  const { name } = await ask<Place>(`/v1/regions/${code}`);
  const villages = await ask<{ items: Place[] }>(`/v1/regions?parent=${code}&limit=1000`);
  const devices = await seededDevices(world);
  return {
    code,
    name,
    villages: villages.items,
    speakers: devices.filter(({ kind, regionCode }) => kind === "speaker" && regionCode.startsWith(code)),
  };
}
