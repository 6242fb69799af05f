import { defineKind } from "../../define-kind.ts";
import { gauge, high, low, onEvent, silent, state, text } from "../../kind.ts";
import { speakerExamples } from "./examples.ts";
import { simulateSpeaker, speakerScenarios } from "./simulate.ts";

export const speaker = defineKind({
  kind: "speaker",
  title: { en: "Emergency-broadcast speaker", zh: "应急广播大喇叭" },
  source:
    "What a speaker reports and its faults: implementations of GD/J 080 to 089-2018 (since GY/T 383 to " +
    "394-2023), which this follows without claiming conformance. Ranges, limits, the report interval and the " +
    "daily programme: our assumptions for a 2 x 50 W horn on 220 V with a 12 V lead battery.",
  reportIntervalSeconds: 60,
  capabilities: ["sounds"],
  metrics: {
    play_state: state({
      values: ["idle", "playing", "fault", "off"],
      zhValues: { idle: "空闲", playing: "播放中", fault: "故障", off: "关机" },
      about: "What the speaker is doing",
      zh: "播放状态",
    }),
    volume: gauge({
      unit: "%",
      min: 0,
      max: 100,
      decimals: 0,
      about: "Volume that is set; 0 is mute",
      zh: "设定音量",
    }),
    // Idle amplifiers take some hundredths of an ampere, and a fault may be that they take none.
    amplifier_current: gauge({
      unit: "A",
      min: 0,
      max: 20,
      decimals: 2,
      about: "Current into the amplifier: with sound_level the proof that it sounded",
      zh: "功放电流",
    }),
    mains_voltage: gauge({
      unit: "V",
      min: 0,
      max: 300,
      decimals: 1,
      about: "Mains at the speaker",
      zh: "市电电压",
    }),
    battery_voltage: gauge({
      unit: "V",
      min: 0,
      max: 30,
      decimals: 2,
      about: "Spare battery, 12 V or 24 V",
      zh: "备用电池电压",
    }),
    // UCUM's own bel for sound pressure, re 20 uPa; a bare dB would leave the reference open.
    sound_level: gauge({
      unit: "dB[SPL]",
      min: 0,
      max: 140,
      decimals: 1,
      about: "At the speaker's own microphone",
      zh: "声压级",
    }),
    temperature: gauge({
      unit: "Cel",
      min: -40,
      max: 110,
      decimals: 1,
      about: "Inside the cabinet",
      zh: "机箱温度",
    }),
    link_quality: gauge({
      unit: "%",
      min: 0,
      max: 100,
      decimals: 0,
      about: "Of the line that commands come over",
      zh: "线路质量",
    }),
    firmware: text({ maxLength: 32, about: "Version of its software", zh: "固件版本" }),
  },
  events: [
    { type: "play_started", about: "Sound has begun; carries what is played", zh: "开始播放" },
    { type: "play_ended", about: "Sound has ended; carries the seconds played", zh: "播放结束" },
    { type: "mains_lost", about: "Running on the battery", zh: "市电中断" },
    { type: "mains_restored", about: "The mains are back", zh: "市电恢复" },
    {
      type: "fault",
      about:
        "Carries `fault`: supply_current_low, supply_power_low, amplifier_voltage_low, field_strength_low or no_monitoring_data",
      zh: "终端故障",
    },
    { type: "fault_cleared", about: "The fault is gone", zh: "故障消除" },
    {
      type: "verification_failed",
      about:
        "A command did not verify and was not obeyed, or a key set did not and was not taken (`reason` bad_key_set)",
      zh: "验签不通过",
    },
    {
      type: "key_set_taken",
      about: "It has taken another set of signing keys; carries `version`",
      zh: "已更换验签密钥",
    },
    { type: "volume_changed", about: "Somebody turned the knob, or a command did", zh: "音量改变" },
    { type: "restarted", about: "The speaker has started", zh: "终端已重启" },
  ],
  alarms: [
    onEvent("mains_lost", {
      severity: "major",
      clearedBy: ["mains_restored"],
      about: "Speaker runs on its battery",
      zh: "音柱改用电池供电",
    }),
    onEvent("fault", {
      severity: "major",
      clearedBy: ["fault_cleared"],
      about: "Speaker cannot sound",
      zh: "音柱不能发声",
    }),
    // Only a person may close this one: it can be an attack.
    onEvent("verification_failed", {
      severity: "critical",
      about: "Speaker was sent a command or keys that do not verify",
      zh: "音柱收到验签不通过的指令或密钥",
    }),
    low("battery_voltage", {
      limit: 11.6,
      deadband: 0.6,
      severity: "minor",
      about: "Spare battery nearly empty",
      zh: "备用电池快耗尽",
    }),
    low("link_quality", {
      limit: 20,
      deadband: 10,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Poor line to the speaker",
      zh: "音柱线路质量差",
    }),
    high("temperature", {
      limit: 75,
      deadband: 5,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Cabinet too hot",
      zh: "机箱过热",
    }),
    silent({
      intervals: 5,
      severity: "major",
      about: "Speaker not heard for five minutes",
      zh: "音柱五分钟没有上报",
    }),
  ],
  simulate: simulateSpeaker,
  scenarios: speakerScenarios,
  examples: speakerExamples,
});
