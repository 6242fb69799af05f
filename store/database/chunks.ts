/**
 * Chunks of readings, events and replies hold a week each, counted from 1970 as TimescaleDB does where nothing else is said.
 * What goes by them here is never wrong where somebody has given a table chunks of another length, only less apart.
 */
export const CHUNK_MS = 7 * 24 * 3_600_000;

/** Numbers the chunk that holds the moment, in milliseconds since 1970. */
export const chunkOf = (at: number): number => Math.floor(at / CHUNK_MS);
