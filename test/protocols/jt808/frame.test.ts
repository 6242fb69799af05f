import { describe, expect, it } from "vitest";
import { createRandom } from "../../../devices/random.ts";
import { frameAround, Jt808FrameReader, readFrame } from "../../../protocols/jt808/frame.ts";
import { golden, hex } from "./vectors.ts";

const HEARTBEAT = "7e000200000139852012340001b87e";

/** Reads chunks, and gives the frames as they came. */
function read(...chunks: readonly (string | Buffer)[]) {
  const reader = new Jt808FrameReader();
  const frames = chunks.flatMap((chunk) => reader.push(typeof chunk === "string" ? hex(chunk) : chunk));
  return { reader, frames, raws: frames.map(({ raw }) => raw.toString("hex")) };
}

describe("the frames in a stream", () => {
  it.each(golden.streams.map((stream) => [stream.id, stream] as const))(
    "are those of %s, and the rest is kept",
    (_id, { chunks, frames, dropped = [], restHex }) => {
      const { reader, raws } = read(...chunks);
      expect(raws).toEqual(frames);
      expect(reader.dropped.check + reader.dropped.short + reader.dropped.long).toBe(dropped.length);
      // The flag at which it begins is not kept with it.
      expect(reader.pendingBytes).toBe(Math.max(0, restHex.length / 2 - 1));
    },
  );

  it("are the same however the bytes are split", () => {
    const bytes = Buffer.concat([
      Buffer.from("noise"),
      ...golden.vectors.map((each) => hex(each.hex)),
      ...golden.streams.flatMap(({ chunks }) => chunks.map(hex)),
    ]);
    const whole = read(bytes);
    expect(whole.frames.length).toBeGreaterThan(150);
    const random = createRandom(808);
    for (const longest of [1, 2, 7, 1500]) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const to = at + 1 + Math.floor(random.between(0, longest));
        chunks.push(bytes.subarray(at, to));
        at = to;
      }
      const split = read(...chunks);
      expect(split.raws).toEqual(whole.raws);
      expect(split.reader.dropped).toEqual(whole.reader.dropped);
    }
  });

  it("do not change with the chunk that brought them", () => {
    const chunk = hex(HEARTBEAT);
    const reader = new Jt808FrameReader();
    reader.push(chunk.subarray(0, 9));
    chunk.fill(0, 0, 9);
    expect(reader.push(chunk.subarray(9)).map(({ raw }) => raw.toString("hex"))).toEqual([HEARTBEAT]);
  });

  it("go on behind one that is too long to be any, of which nothing is kept", () => {
    const { reader, raws } = read("7e", Buffer.alloc(5000, 1), Buffer.alloc(5000, 1), "7e", HEARTBEAT);
    expect(raws).toEqual([HEARTBEAT]);
    expect(reader.dropped.long).toBe(1);
    expect(reader.pendingBytes).toBe(0);
  });

  it("may be hoped for until 64 KiB of something else have come", () => {
    const { reader } = read(Buffer.alloc(60_000, 7));
    expect(reader.isHopeless).toBe(false);
    reader.push(Buffer.alloc(6_000, 7));
    expect(reader.isHopeless).toBe(true);
    const other = read(Buffer.alloc(60_000, 7), HEARTBEAT, Buffer.alloc(60_000, 7));
    expect(other.reader.isHopeless).toBe(false);
  });
});

describe("a frame", () => {
  it("is written with both escapes, and read again as it was", () => {
    for (const content of [
      hex("00020000013985201234 7e7d".replace(" ", "")),
      Buffer.alloc(12, 0x7e),
      Buffer.alloc(12, 0x7d),
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    ]) {
      const frame = frameAround(content);
      expect(frame.subarray(1, -1).includes(0x7e)).toBe(false);
      expect(readFrame(frame)).toEqual(content);
      expect(read(frame).frames.map((each) => each.content)).toEqual([content]);
    }
  });

  it("of which an escape was forgotten is read as it stands", () => {
    const { frames } = read("7e0002000000000000067900007d7e");
    expect(frames[0]!.content.toString("hex")).toBe("000200000000000006790000");
  });
});
