import { defineKind } from "../../define-kind.ts";
import { counter, gauge, high, inState, onEvent, silent, state, text } from "../../kind.ts";
import { loraGatewayExamples } from "./examples.ts";
import { loraGatewayScenarios, simulateLoraGateway } from "./simulate.ts";

export const loraGateway = defineKind({
  kind: "lora-gateway",
  title: { en: "LoRa gateway", zh: "LoRa 网关" },
  source:
    "Our assumptions, after what LoRa packet forwarders count (received, bad CRC, forwarded, sent) and what " +
    "an outdoor gateway with fibre and a spare SIM card can tell about itself. No vendor's datasheet.",
  reportIntervalSeconds: 60,
  capabilities: ["gateway"],
  identities: ["deveui"],
  metrics: {
    uplinks_received: counter({
      unit: "{uplink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames heard, whether good or not",
      zh: "收到的上行帧",
    }),
    uplinks_forwarded: counter({
      unit: "{uplink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames passed on",
      zh: "转发的上行帧",
    }),
    uplinks_bad_crc: counter({
      unit: "{uplink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames thrown away because their checksum was wrong",
      zh: "校验错误的上行帧",
    }),
    downlinks_sent: counter({
      unit: "{downlink}",
      min: 0,
      max: 1e12,
      decimals: 0,
      resets: "when the packet forwarder restarts",
      restarts: true,
      about: "Radio frames sent to devices",
      zh: "发出的下行帧",
    }),
    temperature: gauge({
      unit: "Cel",
      min: -40,
      max: 110,
      decimals: 1,
      about: "Inside the gateway's case",
      zh: "机内温度",
    }),
    supply_voltage: gauge({
      unit: "V",
      min: 0,
      max: 60,
      decimals: 2,
      about: "At its input; 48 V by Ethernet or 12 V by battery",
      zh: "供电电压",
    }),
    backhaul: state({
      values: ["ethernet", "cellular", "none"],
      zhValues: { ethernet: "有线", cellular: "移动网络", none: "无" },
      about: "The line that carries its messages",
      zh: "回传线路",
    }),
    backhaul_delay: gauge({
      unit: "ms",
      min: 0,
      max: 60_000,
      // As ping tells it on a quick line.
      decimals: 1,
      about: "Round trip to the platform",
      zh: "回传时延",
    }),
    firmware: text({ maxLength: 32, about: "Version of its software", zh: "固件版本" }),
  },
  events: [
    { type: "restarted", about: "The gateway has started", zh: "网关已重启" },
    { type: "backhaul_changed", about: "Messages go over another line now", zh: "回传线路切换" },
    { type: "concentrator_fault", about: "The radio board does not answer", zh: "射频板故障" },
    { type: "concentrator_recovered", about: "The radio board answers again", zh: "射频板恢复" },
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
  simulate: simulateLoraGateway,
  scenarios: loraGatewayScenarios,
  examples: loraGatewayExamples,
});
