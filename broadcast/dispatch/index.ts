export { DispatchDesk } from "./desk.ts";
export type { DispatcherOptions } from "./dispatcher.ts";
export { toSpeakerReading } from "./speaker-facts.ts";
