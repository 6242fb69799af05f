import { defineKind } from "../../define-kind.ts";
import { gauge, high } from "../../kind.ts";
import { STATION_COMMANDS, STATION_EVENTS, stationAlarms, withMeans } from "../../monitoring-station.ts";
import { airStationExamples } from "./examples.ts";
import { airStationScenarios, simulateAirStation } from "./simulate.ts";

const concentration = (max: number, decimals: number, about: string, zh: string) =>
  gauge({ unit: "ug/m3", min: 0, max, decimals, about, zh });

const lasting = { onDelayMs: 600_000, severity: "major" } as const;

export const airStation = defineKind({
  kind: "air-station",
  title: { en: "Air quality station", zh: "空气质量站" },
  source:
    "Factors after HJ 212-2017, annex B, in the units that stations of ambient air and dust send: ug/m3, and mg/m3 of CO. " +
    "Alarm limits of gases: the hour's limits of class 2 in GB 3095-2012; of particles: our assumption, twice the day's. " +
    "Plausible ranges: our assumptions.",
  reportIntervalSeconds: 60,
  capabilities: [],
  identities: ["mn"],
  metrics: withMeans({
    pm2_5: concentration(2_000, 1, "Particles up to 2.5 um", "细颗粒物"),
    pm10: concentration(5_000, 1, "Particles up to 10 um", "可吸入颗粒物"),
    tsp: concentration(20_000, 1, "All suspended particles", "总悬浮颗粒物"),
    so2: concentration(5_000, 1, "Sulfur dioxide", "二氧化硫"),
    no2: concentration(2_000, 1, "Nitrogen dioxide", "二氧化氮"),
    o3: concentration(2_000, 1, "Ozone", "臭氧"),
    co: gauge({ unit: "mg/m3", min: 0, max: 200, decimals: 3, about: "Carbon monoxide", zh: "一氧化碳" }),
    temperature: gauge({ unit: "Cel", min: -50, max: 60, decimals: 1, about: "Of the air", zh: "气温" }),
    humidity: gauge({ unit: "%", min: 0, max: 100, decimals: 1, about: "Relative humidity", zh: "湿度" }),
    pressure: gauge({ unit: "kPa", min: 40, max: 110, decimals: 2, about: "Of the air", zh: "气压" }),
    wind_speed: gauge({ unit: "m/s", min: 0, max: 75, decimals: 1, about: "Wind speed", zh: "风速" }),
    wind_direction: gauge({
      unit: "deg",
      min: 0,
      max: 360,
      decimals: 0,
      about: "Where the wind comes from, from north by east",
      zh: "风向",
    }),
    sound_level: gauge({ unit: "dB", min: 0, max: 150, decimals: 1, about: "A-weighted noise", zh: "噪声" }),
  }),
  events: STATION_EVENTS,
  commands: STATION_COMMANDS,
  alarms: [
    high("pm2_5", {
      limit: 150,
      deadband: 10,
      ...lasting,
      about: "Heavy pollution by PM2.5",
      zh: "PM2.5 重度污染",
    }),
    high("pm10", {
      limit: 300,
      deadband: 20,
      ...lasting,
      about: "Heavy pollution by PM10",
      zh: "PM10 重度污染",
    }),
    high("so2", {
      limit: 500,
      deadband: 20,
      ...lasting,
      about: "Too much sulfur dioxide",
      zh: "二氧化硫超标",
    }),
    high("no2", {
      limit: 200,
      deadband: 10,
      ...lasting,
      about: "Too much nitrogen dioxide",
      zh: "二氧化氮超标",
    }),
    high("o3", { limit: 200, deadband: 10, ...lasting, about: "Too much ozone", zh: "臭氧超标" }),
    high("co", { limit: 10, deadband: 1, ...lasting, about: "Too much carbon monoxide", zh: "一氧化碳超标" }),
    ...stationAlarms("Air quality station", "空气质量站"),
  ],
  simulate: simulateAirStation,
  scenarios: airStationScenarios,
  examples: airStationExamples,
});
