export { startEmbedded } from "./launch.ts";
export { URGENT_APPLICATION } from "./urgent.ts";
