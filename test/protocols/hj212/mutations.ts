import { setImmediate as turn } from "node:timers/promises";
import { expect, vi } from "vitest";
import { createRandom } from "../../../devices/random.ts";
import { PacketReader } from "../../../protocols/hj212/frame.ts";
import { Stage, station } from "./stage.ts";
import { golden } from "./vectors.ts";

const MNS = /MN=([0-9A-Za-z_-]+)/g;

/** Packets of every sort that there is one of. */
const packets = [
  ...golden.vectors.map(({ text }) => text),
  ...golden.split.flatMap(({ frames }) => frames),
].map((text) => Buffer.from(text));

type Random = ReturnType<typeof createRandom>;

const below = (random: Random, limit: number) => Math.min(limit - 1, Math.floor(random.between(0, limit)));

/** A packet with something wrong about it: bits, bytes, pieces of it twice, of others, or missing. */
function mutate(random: Random): Buffer {
  const source = packets[below(random, packets.length)]!;
  let bytes = Buffer.from(source);
  for (let times = 1 + below(random, 4); times > 0; times--) {
    const at = below(random, bytes.length + 1);
    const length = below(random, 12);
    switch (below(random, 6)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << below(random, 8);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
        break;
      case 3: {
        const other = packets[below(random, packets.length)]!;
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(below(random, other.length))]);
        break;
      }
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from("##;=,&&-")]);
        break;
      default:
        bytes.fill(below(random, 256), at, Math.min(bytes.length, at + length));
    }
    if (bytes.length > 4096) bytes = bytes.subarray(0, 4096);
  }
  return bytes;
}

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
    for (let at = 0; at < bytes.length; ) {
      const to = at + 1 + below(random, 3000);
      client.socket.write(bytes.subarray(at, to));
      at = to;
    }
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
