import { setImmediate as turn } from "node:timers/promises";
import { expect, vi } from "vitest";
import { createRandom, type Random } from "../../../devices/random.ts";
import { PacketReader } from "../../../protocols/hj212/frame.ts";
import { below, changedInPlaces, writeInPieces } from "../../helpers/mutate.ts";
import { Stage, station } from "./stage.ts";
import { golden } from "./vectors.ts";

const MNS = /MN=([0-9A-Za-z_-]+)/g;

/** Packets of every sort that there is one of. */
const packets = [
  ...golden.vectors.map(({ text }) => text),
  ...golden.split.flatMap(({ frames }) => frames),
].map((text) => Buffer.from(text));

const mixture = { others: packets, signs: Buffer.from("##;=,&&-") };

/** A packet with something wrong about it. */
const mutate = (random: Random) => changedInPlaces(packets[below(random, packets.length)]!, random, mixture);

/**
 * Sends mutated packets over many connections. Each packet that a reader finds whole is on record, counted as another
 * station's, or needs no record; all else is counted as no packet; and afterwards nothing is left of any of them.
 */
export async function sendMutations(count: number, seed: number): Promise<void> {
  const random = createRandom(seed);
  const stage = new Stage();
  for (const text of packets.map(String))
    for (const [, mn] of text.matchAll(MNS))
      if (!stage.devices.has(mn!)) stage.devices.set(mn!, station(stage.devices.size + 1));
  stage.settlesAtOnce = true;
  await stage.open();
  let whole = 0;
  let broken = 0;
  for (let sent = 0; sent < count; ) {
    const batch = Math.min(count - sent, 1 + below(random, 200));
    const bytes = Buffer.concat(Array.from({ length: batch }, () => mutate(random)));
    sent += batch;
    const reader = new PacketReader();
    whole += reader.push(bytes).length;
    expect(reader.isHopeless).toBe(false);
    const { length, short, crc } = reader.dropped;
    broken += length + short + crc;
    const client = await stage.connect();
    client.socket.resume();
    writeInPieces(client.socket, bytes, random);
    const found = () => {
      const { taken, refused, stranger, notice, ignored } = stage.counts as Record<string, number>;
      return taken! + refused! + stranger! + notice! + ignored!;
    };
    // A station that speaks on two connections keeps the later one; here each one is alone.
    await vi.waitFor(() => expect([found(), stage.counts.broken]).toEqual([whole, broken]));
    const { taken, refused } = stage.counts as Record<string, number>;
    // What does not say whose it is goes on record now and then.
    expect(stage.messages.length).toBe(taken);
    expect(stage.refused.length).toBeGreaterThanOrEqual(refused!);
    client.socket.destroy();
    await vi.waitFor(() =>
      expect([...stage.devices.values()].some(({ id }) => stage.door.isOnline(id))).toBe(false),
    );
  }
  await turn();
  expect(whole).toBeGreaterThan(count / 1000);
  expect(broken).toBeGreaterThan(count / 10);
  expect(stage.presence.filter((each) => each.endsWith("came")).length).toBe(
    stage.presence.filter((each) => each.endsWith("left")).length,
  );
  await stage.close();
}
