export { createDispatcher } from "./dispatcher.ts";
export { toSpeakerReading } from "./feed.ts";
