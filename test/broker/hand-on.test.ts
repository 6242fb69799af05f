import { expect, it } from "vitest";
import { handOnDecoded } from "../../broker/hand-on.ts";
import type { DoorRefusal, RawMessage, ReceivedMessage } from "../../exchange/door.ts";

const principal = { id: "meter-1", deviceNo: 1, gateway: false };

it("hands on what devices publish decoded, and what is refused as it came, under the name of the door", () => {
  const received: ReceivedMessage<typeof principal>[] = [];
  const refused: [RawMessage<typeof principal>, DoorRefusal][] = [];
  let settled = 0;
  const { onPublish, onRefused } = handOnDecoded<typeof principal>({
    onMessage: (message, done) => {
      received.push(message);
      done();
      return 3;
    },
    onRefused: (message, refusal, done) => {
      refused.push([message, refusal]);
      done();
    },
  });
  const topic = "v1/devices/meter-1/telemetry";
  const published = (text: string, isOwn = true) => ({
    principal,
    channel: isOwn ? ("telemetry" as const) : undefined,
    topic: isOwn ? topic : "elsewhere",
    payload: Buffer.from(text),
    receivedAt: 5,
  });
  const raw = (text: string, context = topic) => ({
    door: "mqtt",
    device: principal,
    context,
    raw: Buffer.from(text),
    receivedAt: 5,
  });
  const done = () => void settled++;
  expect(onPublish(published('[{"flow":1}]'), done)).toBe(3);
  expect(onPublish(published("{", false), done)).toBe(3);
  expect(received).toEqual([
    { ...raw('[{"flow":1}]'), channel: "telemetry", value: [{ flow: 1 }], repeated: undefined },
    { ...raw("{", "elsewhere"), channel: undefined, value: undefined, repeated: undefined },
  ]);
  expect(onPublish(published("{"), done)).toBe(1);
  onRefused(published("{}"), { reason: "rate_limited", detail: "too fast" }, done);
  expect(refused).toEqual([
    [
      expect.objectContaining({ ...raw("{"), channel: "telemetry" }),
      expect.objectContaining({ reason: "not_json" }),
    ],
    [
      { ...raw("{}"), channel: "telemetry" },
      { reason: "rate_limited", detail: "too fast" },
    ],
  ]);
  expect(settled).toBe(4);
});
