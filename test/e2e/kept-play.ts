import { exchange, move, register, repair, replay, takeBack, undo } from "./kept-deeds.ts";
import type { Item, KeptModel } from "./kept-model.ts";
import {
  type DrawnEvent,
  type DrawnItem,
  type DrawnMessage,
  during,
  FIRST,
  HOUR,
  momentOf,
  type Spell,
  type Step,
  type Story,
  type When,
  wrongly,
} from "./kept-story.ts";
import { GATEWAY, type KeptWorld, type Message, type Part } from "./kept-world.ts";

function resolve(model: KeptModel, { n, around }: When): number {
  const moves = model.places.slice(1);
  return around === undefined || moves.length === 0 ? momentOf(n) : moves[n % moves.length]!.since + around;
}

/** Half a cubic metre, or half a millimetre, at a time; in between it stands still. */
const registerAt = (n: number) => (n < 48 ? 100 + Math.floor(n / 4) * 0.5 : 90 + Math.floor(n / 3) / 10);

const EVENTS: Record<string, readonly string[]> = {
  "gas-meter": ["leak", "low_battery", "hail"],
  example: ["clogged", "cleaned", "hail"],
  "lora-gateway": ["restarted", "concentrator_fault", "hail"],
};

function valuesOf({ kind, counters }: KeptModel, drawn: DrawnItem): Item {
  const values: Item =
    kind === "example"
      ? { ...drawn.rain }
      : kind === "lora-gateway"
        ? { ...drawn.gateway }
        : { ...drawn.gas };
  // Its registers count whole frames.
  const register = registerAt(drawn.when.n) * (kind === "lora-gateway" ? 10 : 1);
  if (drawn.counted) values[counters[0]!] = wrongly(drawn.wrong, register);
  return values;
}

function itemOf(model: KeptModel, drawn: DrawnItem): Item {
  const at = resolve(model, drawn.when);
  const values = valuesOf(model, drawn);
  switch (drawn.clock) {
    case "right":
      return { observedAt: new Date(at).toISOString(), ...values };
    case "ahead":
      return { observedAt: new Date(at + 10_000 * HOUR).toISOString(), ...values };
    case "fast":
      // Within the day that a clock may be ahead.
      return { observedAt: new Date(FIRST + (90 + (drawn.when.n % 4)) * HOUR).toISOString(), ...values };
    case "unset":
      return { observedAt: "2000-01-01T00:00:12.000Z", ...values };
    case "elsewhere":
      return { ts: at, ...values };
    case "missing":
      // Alone it would have the time of its arrival, which nobody can foretell; `alone` sends those.
      return { ...values, ts: at };
  }
}

function eventOf(model: KeptModel, { n, around, name, phase, type, says }: DrawnEvent): Item {
  const at = resolve(model, { n: n * 9, around });
  return {
    ...(name === undefined ? {} : { eventId: name }),
    type: EVENTS[model.kind]![type],
    observedAt: new Date(at).toISOString(),
    ...(phase === undefined ? {} : { phase }),
    ...says,
  };
}

function messageOf({ models }: KeptWorld, drawn: DrawnMessage): Message[] {
  const part = ({ device, items }: { device: number; items: readonly DrawnItem[] }): Part => ({
    device,
    items: items.map((one) => itemOf(models[device]!, one)),
  });
  const eventsOf = ({ device, items }: { device: number; items: readonly DrawnEvent[] }): Part => ({
    device,
    items: items.map((one) => eventOf(models[device]!, one)),
  });
  if (drawn.by === "gateway") {
    return [{ by: "gateway", channel: "telemetry", parts: drawn.parts.map(part) }];
  }
  if (drawn.by === "gateway events") {
    return [{ by: "gateway", channel: "events", parts: drawn.parts.map(eventsOf) }];
  }
  // Whom nobody knows cannot log in.
  const { device } = drawn;
  if (!models[device]!.isRegistered) return [];
  if (drawn.by === "broken") return [{ by: drawn.how, device }];
  if (drawn.by === "device") return [{ by: "device", channel: "telemetry", part: part(drawn) }];
  return [{ by: "device", channel: "events", part: eventsOf(drawn) }];
}

/**
 * Of two batches on their way at once nobody knows which comes first, so what is sent for one moment in them says the
 * same.
 */
function agreeing(messages: readonly Message[]): Message[] {
  const said = new Map<string, Item>();
  const agreed = (part: Part): Part => ({
    device: part.device,
    items: part.items.map((item) => {
      const key = `${part.device} ${item.eventId} ${item.observedAt ?? JSON.stringify(item.ts)}`;
      if (!said.has(key)) said.set(key, item);
      return said.get(key)!;
    }),
  });
  return messages.map((message) => {
    if (message.by === "gateway") return { ...message, parts: message.parts.map(agreed) };
    return message.by === "device" ? { ...message, part: agreed(message.part) } : message;
  });
}

const namesUnknown = ({ models }: KeptWorld, message: Message) =>
  message.by === "gateway" && message.parts.some(({ device }) => !models[device]!.isRegistered);

async function send(world: KeptWorld, step: Step & { does: "send" }): Promise<void> {
  const drawn = step.messages.flatMap((one) => messageOf(world, one));
  if (drawn.length === 0) return;
  const repeated = step.repeated ? [...drawn, { ...drawn[0]! }] : drawn;
  const messages = world.setting.inFlight > 1 ? agreeing(repeated) : repeated;
  // A message that names a device which has to be looked up lets others pass.
  const [waiting, rest] = [true, false].map((is) =>
    messages.filter((message) => namesUnknown(world, message) === is),
  ) as [Message[], Message[]];
  for (const message of waiting) await world.send([message]);
  if (rest.length > 0) await world.send(rest, step.death);
}

function ordinary({ counters, kind }: KeptModel, { from, spell }: { from: number; spell: Spell }): Item[] {
  const items: Item[] = [];
  for (let n = from; n < 48; n += 6) {
    const register = during(spell, items.length, registerAt(n));
    const values = kind === "gas-meter" ? { flow: 0.25 * (n % 3) } : {};
    items.push({ observedAt: new Date(momentOf(n)).toISOString(), [counters[0]!]: register, ...values });
  }
  return items;
}

/** Behind all moments of `alone` that were before it. */
let alone = 0;

/** One item by itself, with no time or one that cannot be used. */
async function sendAlone(world: KeptWorld, { device, n, what }: Step & { does: "alone" }): Promise<void> {
  const { counters, kind } = world.models[device]!;
  const receivedAt = momentOf(46) + n;
  const register = { [counters[0]!]: 130 + n };
  if (what < 2) return world.sendAlone(device, "telemetry", register, receivedAt);
  if (what === 2) return world.sendAlone(device, "telemetry", { ...register, ts: 7 }, receivedAt);
  const type = EVENTS[kind]![0];
  const event = what === 4 ? { type } : { eventId: "x", type };
  const observedAt = what === 3 ? "2000-01-01T00:00:12.000Z" : undefined;
  const item = observedAt ? { ...event, observedAt } : event;
  await world.sendAlone(device, "events", item, momentOf(46) + 1000 + alone++);
}

/** Does the steps of a story, and tells the world's model. */
export async function play(world: KeptWorld, { steps }: Story): Promise<void> {
  for (const one of steps) await playStep(world, one);
}

async function playStep(world: KeptWorld, one: Step): Promise<void> {
  switch (one.does) {
    case "send":
      return send(world, one);
    case "fill":
      // Ordinary readings, among which the others stand out.
      return world.send(
        world.models.slice(0, 3).map((model, device) => ({
          by: "device" as const,
          channel: "telemetry" as const,
          part: { device, items: ordinary(model, one) },
        })),
      );
    case "alone":
      return sendAlone(world, one);
    case "move": {
      if (!world.models[one.device]!.isRegistered) return;
      const namesGateway = one.namesGateway && one.device !== 2 && one.device !== GATEWAY;
      return move(world, one.device, { ...one, namesGateway });
    }
    case "exchange":
      if (!world.models[one.device]!.isRegistered || one.device === GATEWAY) return;
      return exchange(world, one.device, momentOf(one.n) - (one.before ? HOUR / 4 : 0), {
        oldRegister: one.oldRegister,
        newRegister: one.newRegister,
      });
    case "take back":
      return takeBack(world, one.device);
    case "repair": {
      const model = world.models[one.device]!;
      if (!model.isRegistered) return;
      const from = resolve(model, one.from);
      const corrections = one.corrections?.filter(({ metric }) => metric in model.metrics);
      if (corrections?.length === 0) return;
      return repair(
        world,
        one.device,
        { from, to: Math.ceil(from + one.long * HOUR), corrections },
        one.caller,
      );
    }
    case "undo":
      return undo(world, one.device, one.which);
    case "replay":
      return replay(world, one.device, one.which);
    case "register":
      return register(world);
    case "keep":
      return world.keep(momentOf(one.n));
    case "restart":
      return world.restart();
    case "widen":
      return world.widen();
  }
}
