export type { ReadDb } from "./asking.ts";
export type { Position } from "./positions.ts";
export { Replica } from "./replica.ts";
