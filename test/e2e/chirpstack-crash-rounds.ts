import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { createRandom } from "../../devices/random.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";

/**
 * The crash story of a ChirpStack that publishes at Mosquitto, and knows nothing of us: it goes on while the platform is
 * killed with SIGKILL, or ended for an upgrade, and starts again. In the end the platform's own API must show all that
 * Mosquitto had accepted, each once.
 */
export interface ChirpstackCrashOptions {
  readonly platform: PlatformProcessOptions;
  readonly brokerPort: number;
  /** How the platform ends in each round. */
  readonly ends: readonly NodeJS.Signals[];
  readonly devices: number;
  /** Published while it runs, and ends. */
  readonly eventsPerRound: number;
  /** Published before it starts again. */
  readonly eventsWhileAway: number;
  readonly seed: number;
}

export interface ChirpstackCrashResult {
  readonly sent: number;
  /** Accepted readings and events that the API does not show. Must be 0. */
  readonly lost: number;
  /** Accepted payloads that nobody can read, and that are not on record. Must be 0. */
  readonly forgotten: number;
  /** Rows and events beyond one of each. Must be 0. */
  readonly storedTwice: number;
  /** Devices whose ledger does not add up, or does not say what the API shows. Must be 0. */
  readonly wrongLedgers: number;
}

/** Events that Mosquitto has not accepted yet. */
const WINDOW = 20;

/** What one event in so many is, instead of an uplink with a payload. */
const [JOIN_EVERY, UNREADABLE_EVERY] = [5, 7];
type Sort = "up" | "join" | "unreadable";

const sortOf = (sequence: number): Sort =>
  sequence % JOIN_EVERY === 0 ? "join" : sequence % UNREADABLE_EVERY === 0 ? "unreadable" : "up";

/** Volume, temperature, and the flags of a magnet and of tampering: a reading and two events. */
const FLAGGED = Buffer.from("040c0c01003184000003560ae3", "hex").toString("base64");
const FLAGS = ["magnet", "tamper"];
const CUT = FLAGGED.slice(0, 4);

interface Meter {
  readonly id: string;
  readonly devEui: string;
  /** Read by our codec; the others by what the network server's own has made of them. */
  readonly hasModel: boolean;
  sequence: number;
}

const eventOf = ({ devEui, hasModel, sequence }: Meter, time: string) => {
  const common = { deduplicationId: `${devEui}-${sequence}`, time, deviceInfo: { devEui } };
  if (sortOf(sequence) === "join") return { ...common, devAddr: "01a2b3c4" };
  const data = sortOf(sequence) === "unreadable" ? CUT : FLAGGED;
  const object = hasModel || data === CUT ? {} : { object: { volume: sequence } };
  const rxInfo = [{ gatewayId: "0016c001f153a14c", rssi: -101, snr: -3.5 }];
  return { ...common, devAddr: "01a2b3c4", fCnt: sequence, fPort: 2, data, ...object, rxInfo };
};

export async function runChirpstackCrashRounds(
  options: ChirpstackCrashOptions,
): Promise<ChirpstackCrashResult> {
  const random = createRandom(options.seed);
  const start = async (SEED: string) => {
    const SOURCE_CHIRPSTACK_URL = `mqtt://127.0.0.1:${options.brokerPort}`;
    return PlatformProcess.start({ ...options.platform, env: { SEED, SOURCE_CHIRPSTACK_URL } });
  };
  const from = Math.floor(Date.now() / 1000) * 1000 - 20 * 3600 * 1000;
  const at = (sequence: number) => new Date(from + sequence * 1000).toISOString();
  const meters = Array.from({ length: options.devices }, (_, no): Meter => {
    const devEui = `70b3d57ed0${String(no).padStart(6, "0")}`;
    return { id: `lora-${no}`, devEui, hasModel: no % 2 === 0, sequence: 0 };
  });
  const publisher = await connectAsync(`mqtt://127.0.0.1:${options.brokerPort}`);
  let platform = await start("regions");
  try {
    for (const { id, devEui, hasModel } of meters) {
      const identities = [{ scheme: "deveui", value: devEui }];
      const model = hasModel ? { model: "smartico-g1.6" } : {};
      const body = { id, kind: "gas-meter", regionCode: "520326", identities, ...model };
      await platform.api("/v1/devices", { method: "POST", body });
    }
    for (const end of options.ends) {
      // Mosquitto keeps what comes from now on; and an end before would find nothing under way.
      while (!platform.log.includes("subscribed at the source broker")) await sleep(20);
      const killAt = random.between(1, options.eventsPerRound - 1);
      let ended: Promise<unknown> | undefined;
      await publishAll(publisher, meters, options.eventsPerRound, at, (accepted) => {
        if (accepted >= killAt) ended ??= platform.end(end);
      });
      await ended;
      await publishAll(publisher, meters, options.eventsWhileAway, at);
      platform = await start("none");
    }
    return await audit(platform, meters, at);
  } finally {
    await publisher.endAsync(true);
    await platform.end("SIGTERM");
  }
}

/** Publishes events of all devices in turns. @param onAccepted called with the number that Mosquitto has accepted */
async function publishAll(
  publisher: MqttClient,
  meters: readonly Meter[],
  count: number,
  at: (sequence: number) => string,
  onAccepted: (accepted: number) => void = () => {},
): Promise<void> {
  let begun = 0;
  let accepted = 0;
  const work = async () => {
    while (begun < count) {
      const meter = meters[begun % meters.length]!;
      begun++;
      meter.sequence++;
      const word = sortOf(meter.sequence) === "join" ? "join" : "up";
      const topic = `application/gas/device/${meter.devEui}/event/${word}`;
      const event = eventOf(meter, at(meter.sequence));
      await publisher.publishAsync(topic, JSON.stringify(event), { qos: 1 });
      accepted++;
      onAccepted(accepted);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, work));
}

/** Waits for what has been on its way; what has not come by then is counted as lost. */
function patience(): (isSo: () => Promise<boolean>) => Promise<void> {
  const deadline = Date.now() + 60_000;
  return async (isSo) => {
    while (!(await isSo()) && Date.now() < deadline) await sleep(50);
  };
}

type Ledger = Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number>;

async function audit(
  platform: PlatformProcess,
  meters: readonly Meter[],
  at: (sequence: number) => string,
): Promise<ChirpstackCrashResult> {
  const settle = patience();
  const result = { sent: 0, lost: 0, forgotten: 0, storedTwice: 0, wrongLedgers: 0 };
  for (const meter of meters) {
    const { id, hasModel } = meter;
    const sequences = Array.from({ length: meter.sequence }, (_, i) => i + 1);
    const of = (sort: Sort) => sequences.filter((each) => sortOf(each) === sort);
    const refusals = async () =>
      (await all<{ reason: string }>(platform, `/v1/rejections?device=${id}`)).length;
    const since = "from=2015-01-01T00:00:00Z";
    const readings = () =>
      all<{ observedAt: string; metrics: { volume: number } }>(
        platform,
        `/v1/devices/${id}/readings?metrics=volume&order=asc&${since}`,
      );
    // The last of what has waited at Mosquitto may still be under way.
    await settle(
      async () =>
        (await readings()).length >= of("up").length && (await refusals()) >= of("unreadable").length,
    );
    const expected = [
      ...of("join").map((each) => `${at(each)} network_report`),
      ...(hasModel ? of("up").flatMap((each) => FLAGS.map((type) => `${at(each)} ${type}`)) : []),
    ];
    const events = () =>
      all<{ observedAt: string; type: string }>(platform, `/v1/events?device=${id}&${since}`);
    await settle(async () => (await events()).length >= expected.length);
    const rows = await readings();
    const volumes = new Map(rows.map(({ observedAt, metrics }) => [observedAt, metrics.volume]));
    const told = (await events()).map(({ observedAt, type }) => `${observedAt} ${type}`);
    result.sent += meter.sequence;
    result.lost += of("up").filter((each) => volumes.get(at(each)) !== (hasModel ? 0.854 : each)).length;
    result.lost += expected.filter((each) => !told.includes(each)).length;
    result.forgotten += Math.max(0, of("unreadable").length - (await refusals()));
    result.storedTwice += rows.length - volumes.size + told.length - new Set(told).size;
    await settle(async () => (await platform.api<Ledger>(`/v1/devices/${id}/ledger`)).pending === 0);
    const ledger = await platform.api<Ledger>(`/v1/devices/${id}/ledger`);
    const { received, stored, duplicate, rejected } = ledger;
    const adds = received === stored + duplicate + rejected;
    if (!adds || stored !== rows.length + told.length) result.wrongLedgers++;
  }
  return result;
}

async function all<T>(platform: PlatformProcess, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: { items: T[]; nextCursor: string | null } = await platform.api(`${path}&limit=1000${next}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}
