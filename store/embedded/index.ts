export { startEmbedded } from "./launch.ts";
export { PATIENT_APPLICATION, URGENT_APPLICATION } from "./urgent.ts";
