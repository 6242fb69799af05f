/**
 * Capabilities of kinds, asked instead of the kind's name: code that looks for kinds that sound or show finds the next
 * one without naming it. A capability is a contract: the code that asks for it reads the quantities, events and replies
 * that stand here, and `defineKind` refuses a kind that has the capability and not these.
 */

interface QuantityContract {
  readonly type: "gauge" | "counter" | "state" | "text";
  /** UCUM code. */
  readonly unit?: string;
  /** Words that a state must have, among others. */
  readonly values?: readonly string[];
}

export interface CapabilityContract {
  readonly about: string;
  readonly quantities?: Readonly<Record<string, QuantityContract>>;
  readonly events?: readonly string[];
  /** Plain commands that it obeys; `none`: it obeys signed orders alone, and is sent nothing else. */
  readonly commands?: readonly string[] | "none";
  /** Outcomes that replies among its examples have. */
  readonly replies?: readonly string[];
  /** True when its silence must raise an alarm. */
  readonly missed?: true;
}

export const CAPABILITIES = {
  sounds: {
    about: "Sounds what a broadcast orders: it can be a target of one, and shows that it has sounded.",
    quantities: {
      play_state: { type: "state", values: ["idle", "playing"] },
      volume: { type: "gauge", unit: "%" },
      amplifier_current: { type: "gauge", unit: "A" },
      sound_level: { type: "gauge", unit: "dB[SPL]" },
    },
    events: ["play_started", "play_ended", "verification_failed"],
    commands: "none",
    replies: ["accepted", "started", "ended", "refused"],
    missed: true,
  },
  shows: {
    about: "Shows a picture of where it stands: the nearest are named beside a draft that an alarm proposes.",
    quantities: {
      bitrate: { type: "gauge", unit: "kbit/s" },
      fps: { type: "gauge", unit: "{frame}/s" },
    },
    events: ["signal_loss", "signal_restored"],
  },
  locates: {
    about: "Measures where it is, because it moves. WGS 84.",
    quantities: {
      longitude: { type: "gauge", unit: "deg" },
      latitude: { type: "gauge", unit: "deg" },
    },
  },
  hasValve: {
    about: "Shuts off what flows through it, and says whether it has.",
    quantities: { valve: { type: "state", values: ["open", "closed"] } },
    commands: ["close-valve", "open-valve"],
    replies: ["done"],
  },
  gateway: {
    about:
      "Stands in front of others: it publishes for them on `v1/gateways/{id}/…` and hears their commands.",
    // The devices behind it fall silent with it.
    missed: true,
  },
} as const satisfies Readonly<Record<string, CapabilityContract>>;

export type Capability = keyof typeof CAPABILITIES;

/** The part of a kind that is asked here. */
export interface Capable {
  readonly capabilities?: readonly Capability[];
}

export const hasCapability = ({ capabilities = [] }: Capable, capability: Capability): boolean =>
  capabilities.includes(capability);
