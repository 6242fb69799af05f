import { LOGGED_REASON } from "../../command-parameters.ts";
import { defineKind } from "../../define-kind.ts";
import { counter, gauge, high, inState, low, onEvent, silent, state } from "../../kind.ts";
import { NETWORK_REPORT } from "../../network-report.ts";
import { int16, NO_DATA } from "../../sensor-faults.ts";
import { waterMeterExamples } from "./examples.ts";
import { simulateWaterMeter, WATER_REGISTER_MAX, waterMeterScenarios } from "./simulate.ts";

export const waterMeter = defineKind({
  kind: "water-meter",
  title: { en: "Water meter", zh: "水表" },
  source:
    "Our assumptions, after household meters of DN15 to DN25 (Q3 2.5 to 6.3 m3/h) with a valve, a 3.6 V lithium cell and " +
    "a LoRa or NB-IoT module, whose register has the digits of CJ/T 188. No vendor's datasheet stands behind these figures.",
  reportIntervalSeconds: 86_400,
  capabilities: ["hasValve"],
  identities: ["deveui", "cjt188"],
  metrics: {
    volume: counter({
      unit: "m3",
      min: 0,
      max: WATER_REGISTER_MAX,
      decimals: 3,
      tolerance: 0.001,
      rollsOverAt: 1_000_000,
      resets: "past 999,999.999 m3, or when the meter is exchanged",
      about: "Water metered since installation",
      zh: "累计用水量",
    }),
    flow: gauge({
      unit: "m3/h",
      min: 0,
      max: 16,
      decimals: 3,
      about: "Flow at the moment of reporting",
      zh: "瞬时流量",
    }),
    pressure: gauge({
      unit: "kPa",
      min: -100,
      max: 2_500,
      decimals: 1,
      sentinels: [...NO_DATA, ...int16(1), ...int16(0)],
      about: "Pressure of the water above the atmosphere's",
      zh: "水压",
    }),
    temperature: gauge({
      unit: "Cel",
      min: -20,
      max: 95,
      decimals: 1,
      sentinels: [...NO_DATA, ...int16(1), ...int16(2)],
      about: "Of the water, or inside the meter's case",
      zh: "温度",
    }),
    battery: gauge({
      unit: "V",
      min: 0,
      max: 4,
      decimals: 2,
      about: "Voltage of the lithium cell",
      zh: "电池电压",
    }),
    valve: state({
      values: ["open", "closed", "abnormal"],
      zhValues: { open: "开", closed: "关", abnormal: "异常" },
      about: "The built-in shut-off valve",
      zh: "阀门",
    }),
    rssi: gauge({
      unit: "dB{mW}",
      min: -150,
      max: 10,
      decimals: 0,
      about: "Strength of the last downlink, in dBm",
      zh: "下行信号强度",
    }),
    snr: gauge({
      unit: "dB",
      min: -30,
      max: 30,
      decimals: 2,
      about: "Signal to noise of the last downlink",
      zh: "下行信噪比",
    }),
  },
  events: [
    { type: "leak", about: "The meter has found flow that never pauses, or far too much", zh: "漏水" },
    { type: "tamper", about: "The meter has noticed an attempt at manipulation", zh: "水表被动过" },
    { type: "magnet", about: "A strong magnet is near", zh: "强磁干扰" },
    { type: "reverse_flow", about: "Water runs backwards", zh: "倒流" },
    { type: "low_battery", about: "The meter itself finds its battery low", zh: "表报电池电量低" },
    NETWORK_REPORT,
  ],
  commands: [
    {
      name: "close-valve",
      title: { en: "Close the valve", zh: "关阀" },
      about: "Shuts the water off",
      zh: "切断供水",
      dangerous: true,
      parameters: [LOGGED_REASON],
    },
    {
      name: "open-valve",
      title: { en: "Open the valve", zh: "开阀" },
      about: "Lets the water flow again; a tap may have been left open",
      zh: "恢复供水；须先确认户内水龙头都已关闭",
      dangerous: true,
      parameters: [LOGGED_REASON],
    },
  ],
  alarms: [
    // Only a person clears these four: somebody has to go and look.
    onEvent("leak", { severity: "major", about: "Water leak reported", zh: "上报漏水" }),
    onEvent("tamper", { severity: "major", about: "Meter tampered with", zh: "水表被动过" }),
    onEvent("magnet", { severity: "major", about: "Magnet at the meter", zh: "水表旁有磁铁" }),
    onEvent("reverse_flow", { severity: "minor", about: "Water runs backwards", zh: "水倒流" }),
    high("flow", {
      limit: 4,
      deadband: 0.5,
      severity: "major",
      about: "More flow than a household can use",
      zh: "流量超过一户所能使用的量",
    }),
    high("pressure", {
      limit: 700,
      deadband: 50,
      severity: "minor",
      about: "Pressure too high",
      zh: "水压过高",
    }),
    low("pressure", {
      limit: 100,
      deadband: 20,
      severity: "minor",
      about: "Pressure too low",
      zh: "水压过低",
    }),
    // By voltage alone, as for gas meters.
    low("battery", {
      limit: 3.1,
      deadband: 0.1,
      severity: "minor",
      about: "Battery to be replaced",
      zh: "电池需要更换",
    }),
    inState("valve", {
      values: ["abnormal"],
      rule: "valve_abnormal",
      severity: "major",
      about: "Valve does not work",
      zh: "阀门失灵",
    }),
    silent({
      intervals: 4,
      severity: "minor",
      about: "Nothing heard for four days",
      zh: "四天没有上报",
    }),
  ],
  simulate: simulateWaterMeter,
  scenarios: waterMeterScenarios,
  examples: waterMeterExamples,
});
