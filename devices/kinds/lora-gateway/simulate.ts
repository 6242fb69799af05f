import { outdoorTemperature } from "../../climate.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { HOUR_MS } from "../../local-time.ts";
import { chanceAt, clamp, createRunningSum, drift, round } from "../../noise.ts";

export const loraGatewayScenarios: readonly Scenario[] = [
  {
    name: "backhaul_cut",
    about: "The fibre is cut; the gateway goes on over its SIM card.",
    raises: ["on_spare_line", "backhaul_delay_high"],
  },
  { name: "concentrator_fault", about: "The radio board stops receiving.", raises: ["concentrator_fault"] },
  { name: "overheat", about: "The cabinet's fan has failed.", raises: ["temperature_high"] },
];

const [TRAFFIC, ERRORS, LINE] = [1, 2, 3];
/** The forwarders of the simulated gateways were last restarted then, so that counters need not start at zero. */
const STARTED = Date.UTC(2025, 0, 1);

export function simulateLoraGateway(seed: number): Behaviour {
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
