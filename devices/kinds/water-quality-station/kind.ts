import { defineKind } from "../../define-kind.ts";
import { gauge, high, low } from "../../kind.ts";
import { STATION_COMMANDS, STATION_EVENTS, stationAlarms, withMeans } from "../../monitoring-station.ts";
import { waterStationExamples } from "./examples.ts";
import { simulateWaterStation, waterStationScenarios } from "./simulate.ts";

const concentration = (max: number, decimals: number, about: string, zh: string) =>
  gauge({ unit: "mg/L", min: 0, max, decimals, about, zh });

/** Excursions of a few minutes are a bubble in the cell more often than not. */
const onDelayMs = 600_000;

export const waterQualityStation = defineKind({
  kind: "water-quality-station",
  title: { en: "Water quality station", zh: "水质自动站" },
  source:
    "Factors and units after HJ 212-2017, annex B. Alarm limits: class V of surface water in GB 3838-2002. Plausible ranges: " +
    "our assumptions, wide enough for waste water before a plant.",
  reportIntervalSeconds: 60,
  capabilities: [],
  identities: ["mn", "sl651"],
  metrics: withMeans({
    ph: gauge({ unit: "[pH]", min: 0, max: 14, decimals: 2, about: "Acidity", zh: "酸碱度" }),
    temperature: gauge({ unit: "Cel", min: -5, max: 60, decimals: 1, about: "Of the water", zh: "水温" }),
    dissolved_oxygen: concentration(60, 2, "Dissolved oxygen", "溶解氧"),
    conductivity: gauge({
      unit: "uS/cm",
      min: 0,
      max: 99_999,
      decimals: 1,
      about: "Electrical conductivity",
      zh: "电导率",
    }),
    turbidity: gauge({ unit: "{NTU}", min: 0, max: 9_999, decimals: 2, about: "Turbidity", zh: "浊度" }),
    cod: concentration(9_999, 2, "Chemical oxygen demand", "化学需氧量"),
    permanganate_index: concentration(999, 2, "Permanganate index", "高锰酸盐指数"),
    ammonia_nitrogen: concentration(9_999, 3, "Nitrogen of ammonia", "氨氮"),
    total_phosphorus: concentration(999, 3, "Phosphorus in all", "总磷"),
    total_nitrogen: concentration(9_999, 3, "Nitrogen in all", "总氮"),
    flow: gauge({
      unit: "L/s",
      min: 0,
      max: 99_999,
      decimals: 2,
      about: "Flow past the station",
      zh: "流量",
    }),
  }),
  events: STATION_EVENTS,
  commands: STATION_COMMANDS,
  alarms: [
    high("cod", {
      limit: 40,
      deadband: 2,
      onDelayMs,
      severity: "major",
      about: "COD beyond class V",
      zh: "化学需氧量超 V 类",
    }),
    high("ammonia_nitrogen", {
      limit: 2,
      deadband: 0.1,
      onDelayMs,
      severity: "major",
      about: "Ammonia nitrogen beyond class V",
      zh: "氨氮超 V 类",
    }),
    high("total_phosphorus", {
      limit: 0.4,
      deadband: 0.02,
      onDelayMs,
      severity: "major",
      about: "Phosphorus beyond class V",
      zh: "总磷超 V 类",
    }),
    low("dissolved_oxygen", {
      limit: 2,
      deadband: 0.5,
      onDelayMs,
      severity: "major",
      about: "Too little oxygen for fish",
      zh: "溶解氧过低",
    }),
    low("ph", {
      limit: 6,
      deadband: 0.2,
      onDelayMs,
      severity: "major",
      about: "Acid water",
      zh: "酸碱度过低",
    }),
    high("ph", {
      limit: 9,
      deadband: 0.2,
      onDelayMs,
      severity: "major",
      about: "Alkaline water",
      zh: "酸碱度过高",
    }),
    ...stationAlarms("Water quality station", "水质自动站"),
  ],
  simulate: simulateWaterStation,
  scenarios: waterStationScenarios,
  examples: waterStationExamples,
});
