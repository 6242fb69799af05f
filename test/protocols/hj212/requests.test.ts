import { describe, expect, it } from "vitest";
import { OpenRequests } from "../../../protocols/hj212/requests.ts";

const NOW = Date.UTC(2026, 5, 1);

describe("requests to a station", () => {
  it("keep names of their own, however many there are at a moment", () => {
    const requests = new OpenRequests();
    const names = Array.from({ length: 50 }, (_, n) => requests.add(1, `c${n}`, NOW));
    expect(new Set(names).size).toBe(50);
    for (const [n, name] of names.entries()) expect(requests.find(1, name, NOW)?.commandId).toBe(`c${n}`);
  });

  it("are not pushed out, and their moment is not pushed on, by what another one asks", () => {
    const requests = new OpenRequests();
    const waiting = requests.add(1, "open-valve", NOW);
    for (let n = 0; n < 20_000; n++) requests.add(2, undefined, NOW);
    for (let n = 0; n < 1000; n++) requests.add(2, `c${n}`, NOW);
    expect(requests.find(1, waiting, NOW)).toMatchObject({ commandId: "open-valve" });
    expect(requests.add(3, "first", NOW)).toBe(new OpenRequests().add(3, "first", NOW));
  });

  it("are not pushed out by its own questions for the time", () => {
    const requests = new OpenRequests();
    const waiting = requests.add(1, "set-clock", NOW);
    for (let n = 0; n < 1000; n++) requests.add(1, undefined, NOW);
    expect(requests.find(1, waiting, NOW)).toMatchObject({ commandId: "set-clock" });
  });

  it("are 64 at most: its oldest are forgotten", () => {
    const requests = new OpenRequests();
    const names = Array.from({ length: 66 }, (_, n) => requests.add(1, `c${n}`, NOW));
    expect(names.map((name) => requests.find(1, name, NOW) !== undefined).indexOf(true)).toBe(2);
  });

  it("are forgotten once their last answer has come, or after an hour", () => {
    const requests = new OpenRequests();
    const [one, other] = [requests.add(1, "a", NOW), requests.add(1, "b", NOW)];
    requests.end(1, one);
    expect(requests.find(1, one, NOW)).toBeUndefined();
    expect(requests.find(1, other, NOW + 3_600_001)).toBeUndefined();
  });
});
