import { createRandom } from "../devices/random.ts";

/**
 * The plan of the demo fleet, as a pure function of the county's villages: the same on every run, so that a second
 * seeding finds the first one's devices.
 */

/**
 * 务川仡佬族苗族自治县, Zunyi: a mountain county of ordinary size (16 townships where Guizhou's median is 15, 124 villages where
 * it is 166), where radio coverage, late data and village speakers matter most.
 */
export const DEMO_COUNTY = "520326";

export const DEMO_SIZE = { gateways: 4, meters: 2000, speakers: 60, cameras: 40 } as const;

export interface DemoPlace {
  readonly code: string;
  readonly name: string;
}

export interface DemoInput {
  /** The county's seat, in degrees. */
  readonly center: { readonly longitude: number; readonly latitude: number };
  readonly townships: readonly DemoPlace[];
  readonly villages: readonly DemoPlace[];
}

export interface DemoDevice {
  readonly id: string;
  readonly kind: "lora-gateway" | "gas-meter" | "speaker" | "camera";
  /** The village's code; a gateway's is its township's. */
  readonly regionCode: string;
  readonly name: string;
  readonly longitude: number;
  readonly latitude: number;
  readonly gatewayId?: string;
}

/** `洪渡社区居民委员会` → `洪渡社区`, `三桥村村民委员会` → `三桥村`: the name that people use. */
export function placeName(official: string): string {
  return official
    .replace(/(?<=村)(村民委员会|村委会)$|(?<=社区)(居民委员会|居委会)$/, "")
    .replace(/(村民|居民)委员会$/, "");
}

const pad = (value: number, digits: number) => String(value).padStart(digits, "0");
const idOf = (prefix: string, number: number) => `${prefix}-${DEMO_COUNTY}-${pad(number, 6)}`;
// 0.0001 degrees are 10 m; more digits would look like a survey.
const degrees = (value: number) => Math.round(value * 10_000) / 10_000;

/**
 * Places of townships, villages and devices. The points are made up: a township lies within 0.22 degrees (about 23 km)
 * of the county seat, a village within 0.04 of its township, a device within 0.006 of its village. Each is drawn from
 * the place's own code, so that it doesn't move when another place is added.
 */
function scatter(from: { longitude: number; latitude: number }, seed: number, radius: number) {
  const random = createRandom(seed);
  const angle = random.between(0, 2 * Math.PI);
  // The square root spreads points evenly over the disc rather than towards its middle.
  const distance = radius * Math.sqrt(random.next());
  return {
    longitude: from.longitude + distance * Math.cos(angle),
    latitude: from.latitude + distance * Math.sin(angle),
  };
}

/**
 * Lists the fleet, gateways first. Meters go evenly over the villages in the order of their codes, and each
 * gateway takes a quarter of them: townships next to each other share a gateway, and one may see two.
 * @throws RangeError when the county has no villages, or a village without its township.
 */
export function planDemoFleet({ center, townships, villages }: DemoInput): DemoDevice[] {
  if (villages.length === 0) throw new RangeError(`County ${DEMO_COUNTY} has no villages to put devices in`);
  const townshipOf = new Map(townships.map((township) => [township.code, township]));
  const townshipAt = (village: DemoPlace): DemoPlace => {
    const township = townshipOf.get(village.code.slice(0, 9));
    if (township === undefined) throw new RangeError(`Village ${village.code} lies in no known township`);
    return township;
  };
  const townshipPoint = (code: string) => scatter(center, Number(code), 0.22);
  const villagePoint = (village: DemoPlace) =>
    scatter(townshipPoint(townshipAt(village).code), Number(village.code.slice(3)), 0.04);
  const place = (point: { longitude: number; latitude: number }, seed: number) => {
    const at = scatter(point, seed, 0.006);
    return { longitude: degrees(at.longitude), latitude: degrees(at.latitude) };
  };
  /** The village of item `index` of `count`, spread evenly. */
  const villageAt = (index: number, count: number) =>
    villages[Math.floor((index * villages.length) / count)] as DemoPlace;

  const devices: DemoDevice[] = [];
  const { gateways, meters, speakers, cameras } = DEMO_SIZE;
  for (let index = 0; index < gateways; index++) {
    // In the middle of the townships that it serves.
    const township = townshipAt(villageAt(index + 0.5, gateways));
    devices.push({
      id: idOf("gw", index + 1),
      kind: "lora-gateway",
      regionCode: township.code,
      name: `${township.name}LoRa网关`,
      ...place(townshipPoint(township.code), index),
    });
  }
  const numberInVillage = new Map<string, number>();
  for (let index = 0; index < meters; index++) {
    const village = villageAt(index, meters);
    const number = (numberInVillage.get(village.code) ?? 0) + 1;
    numberInVillage.set(village.code, number);
    devices.push({
      id: idOf("gm", index + 1),
      kind: "gas-meter",
      regionCode: village.code,
      name: `${placeName(village.name)}${pad(number, 2)}号燃气表`,
      ...place(villagePoint(village), 1_000_000 + index),
      gatewayId: idOf("gw", Math.floor((index * gateways) / meters) + 1),
    });
  }
  for (let index = 0; index < speakers; index++) {
    const village = villageAt(index, speakers);
    devices.push({
      id: idOf("sp", index + 1),
      kind: "speaker",
      regionCode: village.code,
      name: `${placeName(village.name)}应急广播大喇叭`,
      ...place(villagePoint(village), 2_000_000 + index),
    });
  }
  for (let index = 0; index < cameras; index++) {
    const village = villageAt(index, cameras);
    devices.push({
      id: idOf("cam", index + 1),
      kind: "camera",
      regionCode: village.code,
      name: `${placeName(village.name)}路口摄像头`,
      ...place(villagePoint(village), 3_000_000 + index),
    });
  }
  return devices;
}
