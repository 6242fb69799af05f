import { setImmediate as turn } from "node:timers/promises";
import { expect, vi } from "vitest";
import { createRandom, type Random } from "../../../devices/random.ts";
import { frameAround, Jt808FrameReader, readFrame } from "../../../protocols/jt808/frame.ts";
import { type Jt808Message, readJt808 } from "../../../protocols/jt808/message.ts";
import { below, changed, changedInPlaces, writeInPieces } from "../../helpers/mutate.ts";
import { phoneOf, Stage } from "./stage.ts";
import { golden, hex } from "./vectors.ts";

/** Messages by which a terminal leaves, or becomes another. */
const LEAVING = new Set([0x0003, 0x0102]);

/** What each golden message has behind its header, under the number of one terminal: only what is in it goes wrong. */
const contents = [
  ...golden.vectors.map((each) => each.hex),
  ...golden.subpackages.flatMap(({ frames }) => frames),
]
  .map((text) => readFrame(hex(text)))
  .flatMap((content) => (typeof content === "string" ? [] : [content]))
  .flatMap((content) => {
    const message = readJt808(content);
    if ("expected" in message || LEAVING.has(message.id)) return [];
    const bytes = Buffer.from(content);
    bytes.write(phoneOf(1).padStart(message.is2019 ? 20 : 12, "0"), message.is2019 ? 5 : 4, "hex");
    return [bytes];
  });

const mixture = { others: contents, signs: Buffer.of(0x7e, 0x7d, 0x02, 0x7d, 0x01) };

/** A frame with something wrong about it: behind a right check and length, or anywhere. */
function mutate(random: Random): Buffer {
  const content = contents[below(random, contents.length)]!;
  if (random.chance(0.6)) {
    const headBytes = (content.readUInt16BE(2) & 0x4000) !== 0 ? 17 : 12;
    const head = Buffer.from(content.subarray(0, headBytes));
    const body = changed(content.subarray(headBytes), random, mixture).subarray(0, 1000);
    const isPart = (head.readUInt16BE(2) & 0x2000) !== 0;
    const length = Math.max(0, body.length - (isPart ? 4 : 0));
    head.writeUInt16BE((head.readUInt16BE(2) & 0xfc00) | length, 2);
    return frameAround(Buffer.concat([head, body]));
  }
  return changedInPlaces(frameAround(content), random, mixture);
}

/** What comes behind a right check. */
function wholeIn(bytes: Buffer): { readonly messages: Jt808Message[]; readonly broken: number } {
  const reader = new Jt808FrameReader();
  // Behind the frame by which the terminal has logged in.
  reader.push(Buffer.of(0x7e));
  const read = reader.push(bytes).map(({ content }) => readJt808(content));
  const messages = read.flatMap((message) => ("expected" in message ? [] : [message]));
  const { short, long, check } = reader.dropped;
  return { messages, broken: short + long + check + read.length - messages.length };
}

/**
 * Sends mutated frames over many connections of one terminal. Each message that is whole is on record, is another terminal's,
 * needs no record or waits for its other parts; all else is counted as no message; and nothing is left of any connection.
 */
export async function sendMutations(count: number, seed: number): Promise<void> {
  const random = createRandom(seed);
  const stage = new Stage();
  stage.settlesAtOnce = true;
  await stage.open();
  let whole = 0;
  let broken = 0;
  const found = () => {
    const { taken, refused, stranger, denied, notice, ignored, parts } = stage.counts as Record<
      string,
      number
    >;
    return taken! + refused! + stranger! + denied! + notice! + ignored! + parts!;
  };
  for (let sent = 0; sent < count; ) {
    const batch = Math.min(count - sent, 1 + below(random, 80));
    const bytes = Buffer.concat(Array.from({ length: batch }, () => mutate(random)));
    sent += batch;
    const here = wholeIn(bytes);
    if (here.messages.some(({ id }) => LEAVING.has(id))) continue;
    const terminal = await stage.connect(1);
    expect(await terminal.logIn("token-1")).toBe(0);
    const [before, brokenBefore, joined] = [found(), stage.counts.broken!, stage.counts.parts!];
    terminal.socket.resume();
    writeInPieces(terminal.socket, bytes, random);
    whole += here.messages.length;
    broken += here.broken;
    // The last part of a body is counted with the others and as what they are together.
    await vi.waitFor(() => {
      expect(stage.counts.broken! - brokenBefore).toBe(here.broken);
      expect(found() - before).toBeGreaterThanOrEqual(here.messages.length);
      expect(found() - before).toBeLessThanOrEqual(here.messages.length + stage.counts.parts! - joined);
    });
    terminal.socket.destroy();
    await vi.waitFor(() => expect(stage.door.isOnline("car-1")).toBe(false));
    stage.refused.length = 0;
    stage.unknown.length = 0;
  }
  await turn();
  expect(whole).toBeGreaterThan(count / 4);
  expect(broken).toBeGreaterThan(count / 10);
  expect(stage.presence.filter((each) => each.endsWith("came")).length).toBe(
    stage.presence.filter((each) => each.endsWith("left")).length,
  );
  await stage.close();
}
