import { meanTemperature } from "./climate.ts";
import { DAY_MS, localDay, startOfLocalDay } from "./local-time.ts";
import { chanceAt, createRunningSum } from "./noise.ts";

/**
 * The gas use of a simulated household: for cooking at mealtimes, in some homes for heating. Everything here is our
 * assumption, and a function of the seed and the moment alone.
 */
const QUARTERS = 96;
/** Streams of the household's randomness, so that one draw never tells about another. */
const [MOVE_IN, PEOPLE, BOILER, AWAY, APPETITE, COOKS] = [1, 2, 3, 4, 5, 6];

/** When people cook in Guizhou: hour of day, how spread out, how much gas. Our assumption. */
const MEALS = [
  { hour: 7.25, spread: 0.6, weight: 0.7 },
  { hour: 12, spread: 0.7, weight: 1 },
  { hour: 18.5, spread: 0.9, weight: 1.4 },
];

const MEAL_CURVE = Array.from({ length: QUARTERS }, (_, quarter) => {
  const hour = (quarter + 0.5) / 4;
  return MEALS.reduce(
    (sum, meal) => sum + meal.weight * Math.exp(-(((hour - meal.hour) / meal.spread) ** 2) / 2),
    0,
  );
});

/** A household with its daily use of gas (m3), in closed form: any day can be asked for at any time. */
function household(seed: number) {
  const installed =
    localDay(new Date("2019-01-01T00:00:00Z")) + Math.floor(chanceAt(seed, MOVE_IN) * 5 * 365);
  const people = 1 + Math.floor(chanceAt(seed, PEOPLE) * 5);
  // One home in seven heats with a gas boiler.
  const heats = chanceAt(seed, BOILER) < 1 / 7;
  const cooking = (day: number) => {
    // Away for a whole week now and then; the pilot light stays off.
    if (chanceAt(seed, AWAY, Math.floor(day / 7)) < 0.03) return 0;
    return (0.12 + 0.11 * people) * (0.6 + 0.8 * chanceAt(seed, APPETITE, day));
  };
  const heating = (day: number) => (heats ? Math.max(0, 13 - meanTemperature(day)) * 0.8 : 0);
  const total = createRunningSum(installed, (day) => cooking(day) + heating(day));
  return { installed, cooking, heating, total };
}

/** One day's use in quarters of an hour: `use[q]` in m3, `before[q]` the sum of those earlier in the day. */
function dayInQuarters(seed: number, home: ReturnType<typeof household>, day: number) {
  const stove = MEAL_CURVE.map((curve, quarter) => {
    const draw = chanceAt(seed, COOKS, day, quarter);
    // Small tails of the curve mean that nobody is at the stove, and so is a third of mealtime.
    return curve < 0.05 || draw < 0.33 ? 0 : curve * draw;
  });
  const stoveTotal = stove.reduce((sum, part) => sum + part, 0);
  const fallback = MEAL_CURVE.reduce((sum, part) => sum + part, 0);
  const cooking = home.cooking(day);
  const heating = home.heating(day);
  const use: number[] = [];
  const before: number[] = [];
  let sum = 0;
  for (let quarter = 0; quarter < QUARTERS; quarter++) {
    // From six in the morning to eleven at night.
    const heatingPart = quarter >= 24 && quarter < 92 ? heating / 68 : 0;
    const cookingPart =
      stoveTotal > 0 ? (cooking * stove[quarter]!) / stoveTotal : (cooking * MEAL_CURVE[quarter]!) / fallback;
    use.push(heatingPart + cookingPart);
    before.push(sum);
    sum += heatingPart + cookingPart;
  }
  return { day, use, before };
}

/** The register (m3) and the flow (m3/h) as functions of time; moments that rise are cheap. */
export function gasUse(seed: number): (at: Date) => { volume: number; flow: number } {
  const home = household(seed);
  let today: ReturnType<typeof dayInQuarters> | undefined;
  return (at) => {
    const day = localDay(at);
    if (day < home.installed) return { volume: 0, flow: 0 };
    if (today?.day !== day) today = dayInQuarters(seed, home, day);
    const quarters = (at.getTime() - startOfLocalDay(day)) / (DAY_MS / QUARTERS);
    const quarter = Math.floor(quarters);
    const use = today.use[quarter]!;
    return {
      volume: home.total(day) + today.before[quarter]! + use * (quarters - quarter),
      flow: use * 4,
    };
  };
}
