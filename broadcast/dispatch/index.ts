export { createDispatcher, type DispatcherOptions } from "./dispatcher.ts";
export { toSpeakerReading } from "./speaker-facts.ts";
