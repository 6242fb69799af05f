import type { DeviceCredential } from "./credentials.ts";
import { inParallel } from "./in-parallel.ts";
import { type DeviceToRegister, type PlatformClient, PlatformRefusal } from "./platform.ts";

const CONCURRENCY = 8;
/** A gateway hears some hundreds of meters; more of them share the next one. */
const METERS_PER_GATEWAY = 500;

export interface RegistrationPlan {
  readonly count: number;
  readonly regionCode: string;
  /** The beginning of ids, before the region's code. */
  readonly prefix: string;
  /** Only this kind; otherwise a mixture as in a county. */
  readonly kind?: string | undefined;
  /** Ids that are taken already; new numbers follow them. */
  readonly taken: ReadonlySet<string>;
}

/**
 * The devices to register: of a hundred devices one gateway, three speakers, two cameras, the rest gas meters behind
 * the gateways. Gateways come first, because meters name theirs. Fewer than four devices are meters that connect by
 * themselves.
 */
export function planDevices(plan: RegistrationPlan): DeviceToRegister[] {
  const next = new Map<string, number>();
  const make = (kind: string, gatewayId?: string): DeviceToRegister => {
    let number = next.get(kind) ?? 0;
    let id: string;
    do {
      number++;
      id = `${plan.prefix}-${plan.regionCode}-${kind}-${String(number).padStart(5, "0")}`;
    } while (plan.taken.has(id));
    next.set(kind, number);
    return { id, kind, regionCode: plan.regionCode, ...(gatewayId === undefined ? {} : { gatewayId }) };
  };
  const times = (count: number, kind: string) => Array.from({ length: count }, () => make(kind));

  if (plan.kind !== undefined) return times(plan.count, plan.kind);
  if (plan.count < 4) return times(plan.count, "gas-meter");
  const gateways = times(Math.ceil(plan.count / METERS_PER_GATEWAY), "lora-gateway");
  const speakers = times(Math.max(1, Math.round(plan.count * 0.03)), "speaker");
  const cameras = times(Math.max(1, Math.round(plan.count * 0.02)), "camera");
  const meters = plan.count - gateways.length - speakers.length - cameras.length;
  const behind = Array.from({ length: meters }, (_, index) =>
    make("gas-meter", gateways[index % gateways.length]!.id),
  );
  return [...gateways, ...speakers, ...cameras, ...behind];
}

/**
 * Registers devices and calls `onRegistered` for each as soon as its password is known, because the password is shown
 * only once: the caller keeps the passwords so far even when a later device fails.
 * @throws Error with the remedy when an id exists already, or with the platform's message
 */
export async function registerDevices(
  platform: PlatformClient,
  devices: readonly DeviceToRegister[],
  onRegistered: (credential: DeviceCredential) => void,
): Promise<void> {
  const register = async (device: DeviceToRegister) => {
    try {
      const { username, password } = await platform.register(device);
      const { id, kind, regionCode, gatewayId } = device;
      onRegistered({
        id,
        kind,
        regionCode,
        ...(gatewayId === undefined ? {} : { gatewayId }),
        username,
        password,
      });
    } catch (error) {
      if (!(error instanceof PlatformRefusal) || error.code !== "device_exists") throw error;
      throw new Error(
        `The device ${device.id} is registered already, and its password was shown only then. Run with the ` +
          "--credentials file that was written at that time, or register under other ids with --prefix.",
        { cause: error },
      );
    }
  };
  // A meter can be registered only after its gateway.
  const first = devices.filter((device) => device.gatewayId === undefined);
  const then = devices.filter((device) => device.gatewayId !== undefined);
  await inParallel(first, CONCURRENCY, register);
  await inParallel(then, CONCURRENCY, register);
}
