import { type DoorDevice, type DoorEvents, OWN_DOOR } from "../exchange/door.ts";
import { handOn } from "../exchange/own-dialect.ts";
import type { BrokerOptions } from "./options.ts";

/** Hands the messages of devices inside, decoded. */
export function handOnDecoded<D extends DoorDevice>(
  inside: Pick<DoorEvents<D>, "onMessage" | "onRefused">,
): Pick<BrokerOptions<D>, "onPublish" | "onRefused"> {
  return {
    // Each field by its name: the rest of an object is gathered key by key, for each message.
    onPublish: ({ principal: device, channel, topic: context, payload: raw, receivedAt }, settled) =>
      handOn(
        inside,
        { door: OWN_DOOR, device, context, raw, receivedAt, channel, value: undefined, repeated: undefined },
        settled,
      ),
    onRefused: ({ principal: device, channel, topic: context, payload: raw, receivedAt }, refusal, settled) =>
      inside.onRefused({ door: OWN_DOOR, device, context, raw, receivedAt, channel }, refusal, settled),
  };
}
