import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type { UnknownMessage } from "../../../exchange/door.ts";
import { frameOf } from "../../../protocols/hj212/frame.ts";
import { OpenRequests } from "../../../protocols/hj212/requests.ts";
import { type SessionInside, StationSession } from "../../../protocols/hj212/session.ts";
import { MOST_HELD_BYTES, Strangers } from "../../../protocols/tcp/strangers.ts";
import type { StageDevice } from "../tcp/door-stage.ts";
import { report, station } from "./stage.ts";

/** A socket whose other end reads nothing, however much is written. */
class DeafSocket extends Duplex {
  override _read(): void {}
  override _write(): void {}
  setNoDelay(): void {}
  setKeepAlive(): void {}
  setTimeout(): void {}
}

function openSession(more: Partial<SessionInside<StageDevice>> = {}) {
  const socket = new DeafSocket();
  let taken = 0;
  const inside: SessionInside<StageDevice> = {
    door: "hj212",
    findStation: () => station(1),
    lookUpStation: async () => undefined,
    isAway: () => false,
    strangers: new Strangers(() => 0),
    onUnknown: () => {},
    waitOf: () => 0,
    spend: () => {},
    claim: () => {},
    release: () => {},
    onMessage: (_message, settled) => {
      taken++;
      settled();
      return 1;
    },
    onRefused: (_message, _refusal, settled) => settled(),
    requests: new OpenRequests(),
    counts: { taken: 0, broken: 0, refused: 0, stranger: 0, notice: 0, ignored: 0, answered: 0 },
    log: createLogger("silent", { write: () => {} }),
    logSome: () => {},
    now: () => 0,
    ...more,
  };
  const session = new StationSession(
    socket as unknown as Socket,
    { address: undefined, known: () => {} },
    inside,
  );
  return { socket, session, taken: () => taken };
}

describe("a session whose station sends and never listens", () => {
  it("is read no further once its answers are not taken", async () => {
    const { socket, taken } = openSession();
    socket.push(Buffer.concat(Array.from({ length: 1000 }, (_, i) => frameOf(report("A1", i % 60)))));
    await vi.waitFor(() => expect(socket.writableNeedDrain).toBe(true));
    for (let i = 0; i < 20; i++) await turn();
    // As many answers as a socket buffers.
    expect(taken()).toBeLessThan(1000);
    expect(socket.writableLength).toBeLessThan(2 * socket.writableHighWaterMark);
    socket.destroy();
  });

  it("ends where requests to it are not taken either", async () => {
    const { socket, session } = openSession();
    socket.push(frameOf(report("A1", 1)));
    await turn();
    for (let i = 0; i < 5_000 && !socket.destroyed; i++)
      session.request(station(1), `cmd-${i}`, { cn: "1012", content: "SystemTime=20260801085857" });
    expect(socket.destroyed).toBe(true);
  });
});

describe("a session whose station is not in memory while the database is away", () => {
  const away = new Error("away");
  const waiting = (strangers: Strangers) => {
    const unknown: UnknownMessage[] = [];
    const opened = openSession({
      strangers,
      findStation: () => undefined,
      lookUpStation: () => Promise.reject(away),
      isAway: (error) => error === away,
      onUnknown: (message) => void unknown.push(message),
    });
    opened.socket.push(frameOf(report("A1", 1)));
    return { ...opened, unknown };
  };

  it("waits, and gives back what it has held when it ends", async () => {
    const strangers = new Strangers(() => 0);
    const { socket, unknown } = waiting(strangers);
    for (let i = 0; i < 20; i++) await turn();
    expect(unknown).toEqual([]);
    expect(strangers.mayHold(MOST_HELD_BYTES)).toBe(false);
    socket.destroy();
    await vi.waitFor(() => expect(strangers.mayHold(MOST_HELD_BYTES)).toBe(true));
  });

  it("holds nothing beyond what all may hold together, and is noted as unknown instead", async () => {
    const strangers = new Strangers(() => 0);
    expect(strangers.mayHold(MOST_HELD_BYTES)).toBe(true);
    const { socket, unknown } = waiting(strangers);
    await vi.waitFor(() => expect(unknown).toMatchObject([{ identity: { scheme: "mn", value: "A1" } }]));
    socket.destroy();
  });
});
