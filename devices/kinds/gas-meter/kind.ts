import { LOGGED_REASON } from "../../command-parameters.ts";
import { defineKind } from "../../define-kind.ts";
import { counter, gauge, high, inState, low, onEvent, silent, state } from "../../kind.ts";
import { NETWORK_REPORT } from "../../network-report.ts";
import { DS18B20, int16, NO_DATA } from "../../sensor-faults.ts";
import { gasMeterExamples } from "./examples.ts";
import { gasMeterScenarios, REGISTER_MAX, simulateGasMeter } from "./simulate.ts";

const ROLLS_OVER_AT = 100_000;

export const gasMeter = defineKind({
  kind: "gas-meter",
  title: { en: "LoRa gas meter", zh: "LoRa 燃气表" },
  source:
    "Our assumptions, after diaphragm meters of size G2.5 to G6 on a low-pressure household line (nominally " +
    "2 kPa gauge; low pressure means below 10 kPa), a 3.6 V lithium cell, and LoRa receivers that hear down " +
    "to about -137 dBm. No vendor's datasheet stands behind these figures; adjust them to your meters.",
  reportIntervalSeconds: 3600,
  capabilities: ["hasValve"],
  identities: ["deveui", "cjt188"],
  // `decimals` are the resolutions of such meters: the register's litres, 0.01 kPa, 0.01 V, tenths of a degree and
  // whole dBm. SNR comes in quarters of a dB from the radio chip, in tenths by way of some gateways; two decimals hold
  // both.
  metrics: {
    volume: counter({
      unit: "m3",
      min: 0,
      max: REGISTER_MAX,
      decimals: 3,
      tolerance: 0.001,
      rollsOverAt: ROLLS_OVER_AT,
      resets: "past 99,999.999 m3, or when the meter is exchanged",
      about: "Gas metered since installation, at line conditions",
      zh: "累计用气量",
    }),
    flow: gauge({
      unit: "m3/h",
      min: 0,
      max: 10,
      decimals: 3,
      about: "Flow at the moment of reporting; a G6 meter's limit is 10",
      zh: "瞬时流量",
    }),
    // Below zero by a little, because a sensor at rest shows its own error.
    pressure: gauge({
      unit: "kPa",
      min: -1,
      max: 10,
      decimals: 2,
      sentinels: [...NO_DATA, ...int16(1), ...int16(2)],
      about: "Line pressure above the atmosphere's",
      zh: "管道压力",
    }),
    temperature: gauge({
      unit: "Cel",
      min: -40,
      max: 70,
      decimals: 1,
      sentinels: [...NO_DATA, ...DS18B20, ...int16(1), ...int16(2)],
      about: "Inside the meter's case",
      zh: "表内温度",
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
    // UCUM has bel-watt (B[W]) but no bel-milliwatt. dB[W] would shift every figure that radios and people
    // use by 30, so this is the plain decibel with an annotation that says what it refers to: dBm.
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
    { type: "leak", about: "The meter has found flow that never pauses", zh: "燃气泄漏" },
    { type: "tamper", about: "The meter has noticed an attempt at manipulation", zh: "表被动过" },
    { type: "magnet", about: "A strong magnet is near", zh: "强磁干扰" },
    { type: "reverse_flow", about: "Gas runs backwards", zh: "燃气倒流" },
    { type: "case_open", about: "The case has been opened", zh: "外壳被打开" },
    { type: "low_battery", about: "The meter itself finds its battery low", zh: "表报电池电量低" },
    NETWORK_REPORT,
  ],
  commands: [
    {
      name: "close-valve",
      title: { en: "Close the valve", zh: "关阀" },
      about: "Shuts the gas off; somebody has to open the valve again",
      zh: "切断燃气；之后须有人重新开阀",
      dangerous: true,
      parameters: [LOGGED_REASON],
    },
    {
      name: "open-valve",
      title: { en: "Open the valve", zh: "开阀" },
      about: "Lets the gas flow again; nobody may have left a tap open",
      zh: "恢复供气；须先确认户内灶具都已关闭",
      dangerous: true,
      parameters: [LOGGED_REASON],
    },
  ],
  alarms: [
    // Only a person clears these five: somebody has to go and look.
    onEvent("leak", { severity: "critical", about: "Gas leak reported", zh: "上报燃气泄漏" }),
    onEvent("tamper", { severity: "major", about: "Meter tampered with", zh: "燃气表被动过" }),
    onEvent("magnet", { severity: "major", about: "Magnet at the meter", zh: "燃气表旁有磁铁" }),
    onEvent("case_open", { severity: "major", about: "Meter case opened", zh: "燃气表外壳被打开" }),
    onEvent("reverse_flow", { severity: "minor", about: "Gas runs backwards", zh: "燃气倒流" }),
    high("flow", {
      limit: 6.5,
      deadband: 0.5,
      severity: "major",
      about: "More flow than a household can burn",
      zh: "流量超过一户所能燃烧的量",
    }),
    high("pressure", {
      limit: 3,
      deadband: 0.3,
      severity: "major",
      about: "Line pressure too high",
      zh: "管道压力过高",
    }),
    low("pressure", {
      limit: 1,
      deadband: 0.2,
      severity: "major",
      about: "Line pressure too low",
      zh: "管道压力过低",
    }),
    // By voltage alone: the low_battery event says the same, and two alarms would need two acknowledgements.
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
    // A single lost hour is ordinary radio; a day and an hour is not.
    silent({
      intervals: 25,
      severity: "minor",
      about: "Nothing heard for more than a day",
      zh: "超过一天没有上报",
    }),
  ],
  simulate: simulateGasMeter,
  scenarios: gasMeterScenarios,
  examples: gasMeterExamples,
});
