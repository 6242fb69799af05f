export { createDispatcher } from "./dispatcher.ts";
export { toSpeakerReading } from "./speaker-facts.ts";
