/**
 * Chunks of readings, events and replies hold a week each, counted from 1970 as TimescaleDB does by default. Code that
 * relies on this is never wrong where an operator has given a table chunks of another length, only less effective.
 */
export const CHUNK_MS = 7 * 24 * 3_600_000;

/** Numbers the chunk that holds the moment, in milliseconds since 1970. */
export const chunkOf = (at: number): number => Math.floor(at / CHUNK_MS);
