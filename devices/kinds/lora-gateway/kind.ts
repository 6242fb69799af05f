import { outdoorTemperature } from "../../climate.ts";
import {
  type Behaviour,
  counter,
  defineKind,
  gauge,
  high,
  inState,
  onEvent,
  type Scenario,
  silent,
  state,
  text,
} from "../../kind.ts";
import { HOUR_MS } from "../../local-time.ts";
import { chanceAt, clamp, createRunningSum, drift, round } from "../../noise.ts";

const scenarios: readonly Scenario[] = [
  {
    name: "backhaul_cut",
    about: "The fibre is cut; the gateway goes on over its SIM card.",
    raises: ["on_spare_line", "backhaul_delay_high"],
  },
  { name: "concentrator_fault", about: "The radio board stops receiving.", raises: ["concentrator_fault"] },
  { name: "overheat", about: "The cabinet's fan has failed.", raises: ["temperature_high"] },
];

export const loraGateway = defineKind({
  kind: "lora-gateway",
  title: { en: "LoRa gateway", zh: "LoRa 网关" },
  source:
    "Our assumptions, after what LoRa packet forwarders count (received, bad CRC, forwarded, sent) and what " +
    "an outdoor gateway with fibre and a spare SIM card can tell about itself. No vendor's datasheet.",
  reportIntervalSeconds: 60,
  gateway: true,
  metrics: {
    uplinks_received: counter({
      unit: "{uplink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames heard, whether good or not",
    }),
    uplinks_forwarded: counter({
      unit: "{uplink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames passed on",
    }),
    uplinks_bad_crc: counter({
      unit: "{uplink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames thrown away because their checksum was wrong",
    }),
    downlinks_sent: counter({
      unit: "{downlink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames sent to devices",
    }),
    temperature: gauge({ unit: "Cel", min: -40, max: 110, decimals: 1, about: "Inside the gateway's case" }),
    supply_voltage: gauge({
      unit: "V",
      min: 0,
      max: 60,
      decimals: 2,
      about: "At its input; 48 V by Ethernet or 12 V by battery",
    }),
    backhaul: state({
      values: ["ethernet", "cellular", "none"],
      about: "The line that carries its messages",
    }),
    backhaul_delay: gauge({
      unit: "ms",
      min: 0,
      max: 60_000,
      // As ping tells it on a quick line.
      decimals: 1,
      about: "Round trip to the platform",
    }),
    firmware: text({ maxLength: 32, about: "Version of its software" }),
  },
  events: [
    { type: "restarted", about: "The gateway has started" },
    { type: "backhaul_changed", about: "Messages go over another line now" },
    { type: "concentrator_fault", about: "The radio board does not answer" },
    { type: "concentrator_recovered", about: "The radio board answers again" },
  ],
  alarms: [
    inState("backhaul", {
      values: ["cellular"],
      rule: "on_spare_line",
      severity: "minor",
      // A switch to and fro within five minutes is the line's daily life.
      onDelayMs: 300_000,
      about: "The fibre is down; the spare line carries everything",
      zh: "光纤中断，全部改走备用线路",
    }),
    onEvent("concentrator_fault", {
      severity: "critical",
      clearedBy: ["concentrator_recovered"],
      about: "No device behind this gateway can be heard",
      zh: "网关后面的设备都收不到",
    }),
    high("temperature", {
      limit: 80,
      deadband: 5,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Gateway too hot",
      zh: "网关过热",
    }),
    high("backhaul_delay", {
      limit: 2000,
      deadband: 500,
      onDelayMs: 300_000,
      severity: "warning",
      about: "Slow line to the platform",
      zh: "到平台的线路慢",
    }),
    silent({
      intervals: 5,
      severity: "major",
      about: "Gateway not heard for five minutes",
      zh: "网关五分钟没有上报",
    }),
  ],
  simulate,
  scenarios,
  examples: [
    {
      about: "an ordinary minute",
      message: {
        observedAt: "2025-06-01T08:00:00+08:00",
        uplinks_received: 184_220,
        uplinks_forwarded: 181_102,
        uplinks_bad_crc: 3118,
        downlinks_sent: 2204,
        temperature: 41.5,
        supply_voltage: 48.1,
        backhaul: "ethernet",
        backhaul_delay: 12,
        firmware: "5.2.0",
      },
      accepts: 1,
    },
    {
      about: "counters begin again after a restart",
      message: {
        observedAt: "2025-06-01T08:05:00+08:00",
        uplinks_received: 3,
        uplinks_forwarded: 3,
        backhaul: "ethernet",
      },
      accepts: 1,
    },
    {
      about: "a counter that ran over a signed word",
      message: { observedAt: "2025-06-01T08:06:00+08:00", uplinks_received: -2_147_483_648 },
      rejects: "off_scale",
    },
    {
      about: "its line is given as a boolean",
      message: { observedAt: "2025-06-01T08:07:00+08:00", backhaul: true },
      rejects: "bad_type",
    },
    {
      about: "a version longer than any version",
      message: { observedAt: "2025-06-01T08:08:00+08:00", firmware: "5".repeat(33) },
      rejects: "bad_type",
    },
    {
      about: "a version read past the end of its buffer",
      message: { observedAt: "2025-06-01T08:09:00+08:00", firmware: "5.2.0\0\0" },
      rejects: "bad_text",
    },
    {
      about: "its radio board has failed and come back",
      channel: "events",
      message: [
        { eventId: "c-1", observedAt: "2025-06-01T08:10:00+08:00", type: "concentrator_fault", code: 17 },
        { eventId: "c-2", observedAt: "2025-06-01T08:14:00+08:00", type: "concentrator_recovered" },
      ],
      accepts: 2,
    },
    {
      about: "an event without an id gets one of ours, the same when it is sent again",
      channel: "events",
      message: { observedAt: "2025-06-01T08:15:00+08:00", type: "restarted" },
      accepts: 1,
    },
  ],
});

const [TRAFFIC, ERRORS, LINE] = [1, 2, 3];
/** The forwarders of the simulated gateways were last restarted then, so that counters need not start at zero. */
const STARTED = Date.UTC(2025, 0, 1);

function simulate(seed: number): Behaviour {
  const perHour = 300 + 900 * chanceAt(seed, TRAFFIC);
  const received = (hour: number) => Math.round(perHour * (0.8 + 0.4 * chanceAt(seed, TRAFFIC, hour)));
  const sum = createRunningSum(0, received);
  let playing: string | undefined;

  return ({ random, at, scenario }) => {
    const hours = Math.max(0, (at.getTime() - STARTED) / HOUR_MS);
    const hour = Math.floor(hours);
    const uplinks = Math.floor(sum(hour) + received(hour) * (hours - hour));
    // A fixed share, so that neither counter can ever run backwards.
    const badCrc = Math.floor(uplinks * (0.01 + 0.02 * chanceAt(seed, ERRORS)));
    const cut = scenario === "backhaul_cut";
    const events =
      scenario === playing
        ? []
        : cut
          ? [{ type: "backhaul_changed", from: "ethernet", to: "cellular" }]
          : scenario === "concentrator_fault"
            ? [{ type: "concentrator_fault", code: 17 }]
            : [];
    playing = scenario;
    return {
      metrics: {
        uplinks_received: uplinks,
        uplinks_forwarded: uplinks - badCrc,
        uplinks_bad_crc: badCrc,
        downlinks_sent: Math.floor(uplinks * 0.012),
        temperature:
          scenario === "overheat"
            ? 88
            : round(clamp(outdoorTemperature(at) + 18 + random.normal(0, 0.5), -30, 75), 1),
        supply_voltage: round(48 + 0.3 * drift(seed, at, 6 * HOUR_MS), 2),
        backhaul: cut ? "cellular" : "ethernet",
        backhaul_delay: cut
          ? Math.round(random.between(2500, 4000))
          : Math.round(8 + 20 * chanceAt(seed, LINE) + random.between(0, 6)),
        firmware: chanceAt(seed, LINE, 1) < 0.7 ? "5.2.0" : "5.1.3",
      },
      ...(events.length > 0 ? { events } : {}),
    };
  };
}
