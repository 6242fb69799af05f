import { describe, expect, it } from "vitest";
import { EventReader } from "../../src/api/stream/event-reader.ts";

const STREAM =
  "retry: 2000\nid: a-7\n\n: still here\n\nid: a-8\nevent: alarm\ndata: {}\n\nid: a-9\ndata: 1\ndata: 2\n\n";
const MESSAGES = [
  { event: "alarm", data: "{}" },
  { event: "message", data: "1\n2" },
];

describe("a stream of server-sent events", () => {
  it.each([1, 2, 3, 7, 1000])("says the same when it comes in pieces of %i characters", (size) => {
    const reader = new EventReader();
    const messages = [];
    for (let at = 0; at < STREAM.length; at += size)
      messages.push(...reader.take(STREAM.slice(at, at + size)));
    expect(messages).toEqual(MESSAGES);
    expect(reader.lastId).toBe("a-9");
  });

  it("can be taken up before anything has happened", () => {
    const reader = new EventReader();
    expect(reader.take("retry: 2000\nid: a-7\n\n")).toEqual([]);
    expect(reader.lastId).toBe("a-7");
  });

  it("drops half an event of a line that broke, and comes back to the one before", () => {
    const reader = new EventReader();
    reader.take("id: a-7\nevent: alarm\ndata: {}\n\nid: a-8\nevent: alarm\nda");
    expect(reader.lastId).toBe("a-7");
    reader.begin();
    expect(reader.take("event: device\ndata: {}\n\n")).toEqual([{ event: "device", data: "{}" }]);
    expect(reader.lastId).toBe("a-7");
  });
});
