import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameOf, MAX_SEGMENT_BYTES, PacketReader, segmentCheck } from "../../../protocols/hj212/frame.ts";
import { bare, golden } from "./vectors.ts";

const read = (chunks: readonly (string | Buffer)[], reader = new PacketReader()) =>
  chunks.flatMap((chunk) => reader.push(Buffer.from(chunk))).map((frame) => frame.toString());

/** Cuts bytes at some places. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((to, index) => bytes.subarray(places[index - 1] ?? 0, to));
}

const GOOD = frameOf(
  "QN=20260801085857223;ST=32;CN=2011;PW=123456;MN=A1;Flag=5;CP=&&DataTime=20260801085857&&",
);
const good = bare(GOOD.toString());

describe("the check of a segment", () => {
  it("is that of the example in the standard's annex A, and not that of Modbus", () => {
    const segment =
      "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";
    expect(segmentCheck(Buffer.from(segment)).toString(16)).toBe("1c80");
    expect(frameOf(segment).toString()).toBe(`##0101${segment}1C80\r\n`);
  });
});

describe("a reader of packets", () => {
  it("has 4 streams", () => expect(golden.streams.length).toBe(4));

  it.each(golden.streams.map((stream) => [stream.id, stream] as const))(
    "finds the packets of %s, as it was cut and however it is cut",
    (_id, { chunks, frames, droppedCount }) => {
      const expected = frames.map(bare);
      const reader = new PacketReader();
      expect(read(chunks, reader)).toEqual(expected);
      const { length, short, crc } = reader.dropped;
      expect(length + short + crc).toBe(droppedCount ?? 0);
      const bytes = Buffer.from(chunks.join(""));
      expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (places) => {
          const again = new PacketReader();
          expect(read(cut(bytes, places), again)).toEqual(expected);
          expect(again.dropped).toEqual(reader.dropped);
        }),
        { numRuns: 50 },
      );
    },
  );

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["bytes of another protocol", Buffer.from([0x7e, 0x02, 0x00, 0x23, 0x7e])],
    ["a row of hashes", Buffer.from("#".repeat(50))],
    ["a packet that breaks off", GOOD.subarray(0, 60)],
    ["a packet that breaks off in its length", GOOD.subarray(0, 4)],
    ["a head that claims the longest segment", Buffer.from("##9999QN=1;")],
    ["a packet with another check", Buffer.from(`${good.slice(0, -4)}1234\r\n`)],
    [
      "a length that counts CR and LF",
      Buffer.from(
        good.replace(/^##\d{4}/, (head) => `##${String(Number(head.slice(2)) + 2).padStart(4, "0")}`) +
          "\r\n",
      ),
    ],
  ])("finds the next packet behind %s, at once", (_name, before) => {
    for (const chunks of [[before, GOOD], [Buffer.concat([before, GOOD])]]) {
      expect(read(chunks)).toEqual([good]);
    }
  });

  it("takes packets without CR and LF between them, and counts bytes of texts", () => {
    const log = frameOf("ST=32;CN=3020;MN=A1;CP=&&i11001-Info=//清洗管路//&&");
    expect(read([Buffer.concat([log.subarray(0, -2), GOOD.subarray(0, -2), log])])).toEqual(
      [log, GOOD, log].map((each) => bare(each.toString())),
    );
  });

  it("keeps no more than one unfinished packet, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
            fc.constantFrom(
              GOOD,
              GOOD.subarray(3),
              Buffer.from("##"),
              Buffer.from("##9999"),
              Buffer.from("&&0000\r\n"),
            ),
          ),
          { maxLength: 60 },
        ),
        (chunks) => {
          const reader = new PacketReader();
          for (const chunk of chunks) {
            reader.push(chunk);
            expect(reader.pendingBytes).toBeLessThanOrEqual(MAX_SEGMENT_BYTES + 12);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("finds every packet among noise that has no hashes, and nothing else", () => {
    const noise = fc.stringMatching(/^[a-z0-9=;&\r\n]{0,40}$/);
    fc.assert(
      fc.property(
        fc.array(noise, { minLength: 1, maxLength: 10 }),
        fc.array(fc.nat(5000)),
        (pieces, places) => {
          const bytes = Buffer.from(pieces.join(GOOD.toString()));
          expect(read(cut(bytes, places))).toEqual(Array(pieces.length - 1).fill(good));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("gives up on input that costs far more than packets, and says so", () => {
    const reader = new PacketReader();
    // Behind each segment that these heads claim stand digits that may be a check.
    const hostile = Buffer.from("##9998".repeat(2000));
    for (let i = 0; i < 200 && !reader.isHopeless; i++) reader.push(hostile);
    expect(reader.isHopeless).toBe(true);
    expect(reader.pendingBytes).toBe(0);
    expect(reader.push(GOOD)).toEqual([]);
  });

  it("does not give up on a station with a bad line", () => {
    const reader = new PacketReader();
    const broken = Buffer.from(GOOD);
    broken[40] = 0x2a;
    for (let i = 0; i < 20_000; i++) reader.push(i % 2 ? GOOD : broken);
    expect(reader.isHopeless).toBe(false);
    expect(reader.dropped.crc).toBe(10_000);
  });
});
