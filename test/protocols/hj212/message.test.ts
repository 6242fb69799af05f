import { describe, expect, it } from "vitest";
import { answerTo } from "../../../protocols/hj212/answers.ts";
import { type BrokenFrame, frameOf, PacketReader } from "../../../protocols/hj212/frame.ts";
import {
  editionOf,
  type Hj212Message,
  hasPacketNo,
  type MessageFault,
  readMessage,
  wantsAnswer,
} from "../../../protocols/hj212/message.ts";
import { golden, type Vector } from "./vectors.ts";

/** The words of the golden packets for a message. */
function wordsOf(message: Hj212Message): Record<string, unknown> {
  const params: Record<string, string> = {};
  const factors: Record<string, Record<string, string>> = {};
  for (const { key, value } of message.fields) {
    const dash = key.indexOf("-");
    if (dash <= 0) params[key] = value;
    else {
      const code = key.slice(0, dash);
      factors[code] ??= {};
      factors[code][key.slice(dash + 1)] = value;
    }
  }
  const { qn = null, st, cn, pw, mn, flag, pnum, pno } = message;
  return {
    ...{ qn, st, cn, pw, mn, params, factors },
    ...(flag === undefined
      ? {}
      : {
          flag,
          ackRequired: wantsAnswer(message),
          hasPacketNo: hasPacketNo(message),
          version: editionOf(message),
        }),
    ...(pnum === undefined ? {} : { pnum, pno }),
  };
}

function readVector(text: string): { message?: Hj212Message; reason?: string } {
  const reader = new PacketReader();
  const [frame, ...more] = reader.push(Buffer.from(text));
  expect(more).toEqual([]);
  if (!frame) {
    const [reason] = (["length", "short", "crc"] satisfies BrokenFrame[]).filter(
      (how) => reader.dropped[how] > 0,
    );
    return { reason: reason ?? "unfinished" };
  }
  const read = readMessage(frame);
  return "part" in read ? { reason: read.part } : { message: read };
}

/** Vectors that say `null` where we answer, and why. */
const ANSWERED_ALL_THE_SAME = new Map([
  ["hj212-a-9015-2025", "asks for an answer by its flag; that one is wanted could not be verified"],
]);

describe("the golden packets", () => {
  it("are 45, of which 10 are refused, 4 streams and 2 splits; none is left out", () => {
    const { vectors, streams, split } = golden;
    const refused = vectors.filter(({ valid }) => !valid);
    expect([vectors.length, refused.length, streams.length, split.length]).toEqual([45, 10, 4, 2]);
    expect(vectors.filter(({ source }) => !source)).toEqual([]);
    expect(vectors.filter(({ expectReply }) => expectReply !== undefined).length).toBe(27);
  });

  const named = (vectors: readonly Vector[]) => vectors.map((vector) => [vector.id, vector] as const);

  it.each(named(golden.vectors.filter(({ valid }) => valid)))(
    "%s says what it says",
    (_id, { text, expect: words }) => {
      const { message } = readVector(text);
      expect(wordsOf(message!)).toEqual(words);
    },
  );

  it.each(named(golden.vectors.filter(({ valid }) => !valid)))(
    "%s is refused for its reason",
    (_id, { text, reason }) => {
      expect(readVector(text)).toEqual({ reason });
    },
  );

  it.each(named(golden.vectors.filter(({ expectReply, valid }) => valid && expectReply !== undefined)))(
    "%s is answered as it asks",
    (id, { text, expectReply }) => {
      const answer = answerTo(readVector(text).message!)?.toString() ?? null;
      if (ANSWERED_ALL_THE_SAME.has(id)) expect(answer).toMatch(/ST=91;CN=9014;.*Flag=8;/);
      else expect(answer).toBe(expectReply);
    },
  );

  it.each(golden.split.map((split) => [split.id, split] as const))(
    "%s has a record and an answer for each packet",
    (_id, { frames, expect: words, expectReplies }) => {
      const messages = frames.map((frame) => readVector(frame).message!);
      if (words) expect(messages.map(wordsOf)).toEqual(words);
      expect(messages.map((message) => answerTo(message)!.toString())).toEqual(expectReplies);
    },
  );
});

describe("a message", () => {
  const fieldsOf = (content: string) => {
    const read = readMessage(frameOf(`ST=32;CN=3020;MN=A1;CP=&&${content}&&`).subarray(0, -2));
    return "part" in read ? read : read.fields.map(({ key, value }) => `${key}=${value}`);
  };

  it.each([
    [
      "blanks and a semicolon at the end",
      " w01018-Rtd=1, w01018-Flag=N; ",
      ["w01018-Rtd=1", "w01018-Flag=N"],
    ],
    ["an empty value", "a=;b=1", ["a=", "b=1"]],
    ["a comma in a text", "i11001-Info=cleaned, rinsed;b=1", ["i11001-Info=cleaned, rinsed", "b=1"]],
    ["fields within a quoted text", "i11001-Info=//a=1;b=2,c//;d=3", ["i11001-Info=//a=1;b=2,c//", "d=3"]],
    ["a text that names nothing", "hello;b=1", ["text=hello", "b=1"]],
    ["a value with an equal sign", "a=b=c", ["a=b=c"]],
    ["nothing", "", []],
  ])("keeps %s", (_name, content, expected) => {
    expect(fieldsOf(content)).toEqual(expected);
  });

  it("reads GBK of old loggers, whose bytes are no UTF-8", () => {
    const segment = Buffer.concat([
      Buffer.from("ST=32;CN=3020;MN=A1;CP=&&i11001-Info="),
      Buffer.from([0xc7, 0xe5, 0xcf, 0xb4]),
      Buffer.from("&&"),
    ]);
    const read = readMessage(Buffer.concat([Buffer.from("##0000"), segment, Buffer.from("0000")]));
    expect(read).toMatchObject({ fields: [{ key: "i11001-Info", value: "清洗" }] });
  });

  it.each([
    ["ST=32;MN=A1;CP=&&&&", "head", "expected ST, CN and MN before CP"],
    ["ST=32;CN=2011;MN=A1;QN=2026;CP=&&&&", "head", "QN: '2026' is none"],
    ["ST=32;CN=2011;MN=<script>;CP=&&&&", "head", "MN: '<script>' is none"],
    ["ST=32;CN=2011;MN=A1;Flag=5", "cp", "expected CP=&&…&& at the end of the segment"],
    ["ST=32;CN=2011;MN=A1;CP=&&", "cp", "expected CP=&&…&& at the end of the segment"],
  ])("%s is refused for its %s", (segment, part, detail) => {
    expect(readMessage(frameOf(segment).subarray(0, -2))).toMatchObject({ part, detail });
  });

  it("tells the first of many faults, and how many more there are", () => {
    const fault = readMessage(frameOf(`ST=32;CN=2011;MN=A1;${"QN=x;".repeat(1900)}CP=&&&&`));
    expect(fault).toMatchObject({ part: "head", mn: "A1" });
    expect((fault as MessageFault).detail).toBe(
      "QN: 'x' is none; QN: 'x' is none; QN: 'x' is none; and 1897 more",
    );
  });
});
