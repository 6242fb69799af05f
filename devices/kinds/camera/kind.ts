import { defineKind } from "../../define-kind.ts";
import { decodeFrigateEvent } from "../../frigate.ts";
import { counter, gauge, high, low, onEvent, silent } from "../../kind.ts";
import { cameraExamples } from "./examples.ts";
import { cameraScenarios, simulateCamera } from "./simulate.ts";

export const camera = defineKind({
  kind: "camera",
  title: { en: "Rural camera", zh: "雪亮工程摄像机" },
  source:
    "Detections: the message that Frigate publishes on `frigate/events` " +
    "(https://docs.frigate.video/integrations/mqtt/). Metrics, ranges, limits, the help button and the report " +
    "interval: our assumptions for an H.265 camera on a pole with local storage.",
  reportIntervalSeconds: 60,
  capabilities: ["shows"],
  identities: ["gb28181"],
  metrics: {
    bitrate: gauge({
      unit: "kbit/s",
      min: 0,
      max: 100_000,
      decimals: 0,
      about: "Of the main stream",
      zh: "主码流码率",
    }),
    // 29.97 is an ordinary rate.
    fps: gauge({
      unit: "{frame}/s",
      min: 0,
      max: 120,
      decimals: 2,
      about: "Pictures that really arrive",
      zh: "实际帧率",
    }),
    packet_loss: gauge({
      unit: "%",
      min: 0,
      max: 100,
      decimals: 2,
      about: "Of the stream's packets, since the last report",
      zh: "丢包率",
    }),
    storage_free: gauge({
      unit: "%",
      min: 0,
      max: 100,
      decimals: 1,
      about: "Free space for recordings",
      zh: "录像剩余空间",
    }),
    temperature: gauge({
      unit: "Cel",
      min: -40,
      max: 110,
      decimals: 1,
      about: "Inside the housing",
      zh: "机内温度",
    }),
    uptime: counter({
      unit: "s",
      min: 0,
      // Thirty years.
      max: 946_080_000,
      decimals: 0,
      resets: "when the camera restarts",
      restarts: true,
      about: "Since the camera started",
      zh: "运行时长",
    }),
  },
  events: [
    { type: "motion", about: "Something moved that has no type of its own here", zh: "画面有移动" },
    { type: "person", about: "A person was seen", zh: "发现人员" },
    { type: "vehicle", about: "A car, truck, bus, motorcycle or bicycle was seen", zh: "发现车辆" },
    { type: "sos", about: "The help button was pressed", zh: "一键求助" },
    { type: "signal_loss", about: "No picture", zh: "画面丢失" },
    { type: "signal_restored", about: "The picture is back", zh: "画面恢复" },
    { type: "tamper", about: "Covered, turned away or opened", zh: "被遮挡、转动或打开" },
  ],
  alarms: [
    onEvent("sos", {
      severity: "critical",
      about: "Somebody asks for help at the camera",
      zh: "摄像机处有人求助",
    }),
    onEvent("tamper", { severity: "major", about: "Camera tampered with", zh: "摄像机被动过" }),
    onEvent("signal_loss", {
      severity: "major",
      clearedBy: ["signal_restored"],
      about: "Camera shows no picture",
      zh: "摄像机没有画面",
    }),
    high("packet_loss", {
      limit: 5,
      deadband: 2,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Camera loses packets",
      zh: "摄像机丢包",
    }),
    low("storage_free", {
      limit: 5,
      deadband: 2,
      severity: "minor",
      about: "Camera has no room for recordings",
      zh: "摄像机录像空间不足",
    }),
    high("temperature", {
      limit: 75,
      deadband: 5,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Camera too hot",
      zh: "摄像机过热",
    }),
    silent({
      intervals: 5,
      severity: "major",
      about: "Camera not heard for five minutes",
      zh: "摄像机五分钟没有上报",
    }),
  ],
  decodeEvent: decodeFrigateEvent,
  simulate: simulateCamera,
  scenarios: cameraScenarios,
  examples: cameraExamples,
});
