import { describe, expect, it } from "vitest";
import { ReplicaAge } from "../../../store/replica/age.ts";

describe("the age of a replica", () => {
  it("is not known before the replica has come as far as the primary once was", () => {
    const age = new ReplicaAge();
    expect(age.at(0)).toBe(Number.POSITIVE_INFINITY);
    age.notePrimary(1000, 500n);
    age.noteReplica(499n);
    expect(age.at(1100)).toBe(Number.POSITIVE_INFINITY);
    age.noteReplica(500n);
    expect(age.at(1100)).toBe(100);
  });

  it("is the time since the primary stood where the replica stands", () => {
    const age = new ReplicaAge();
    for (const second of [1, 2, 3, 4, 5]) age.notePrimary(second * 1000, BigInt(second * 100));
    age.noteReplica(399n);
    expect(age.at(5000)).toBe(2000);
    age.noteReplica(1000n);
    expect(age.at(5000)).toBe(0);
  });

  it("goes on rising while nobody can say how far the replica is, or the primary", () => {
    const age = new ReplicaAge();
    age.notePrimary(1000, 100n);
    age.noteReplica(100n);
    expect(age.at(61_000)).toBe(60_000);
    age.noteReplica(100n);
    expect(age.at(61_000)).toBe(60_000);
  });

  it("stays low while the primary has nothing new", () => {
    const age = new ReplicaAge();
    for (let second = 1; second <= 10_000; second++) age.notePrimary(second * 1000, 100n);
    age.noteReplica(100n);
    expect(age.at(10_000_000)).toBe(0);
  });

  it("is known of minutes, however often the primary is asked", () => {
    const age = new ReplicaAge();
    for (let ms = 0; ms < 300_000; ms++) age.notePrimary(ms, BigInt(ms));
    age.noteReplica(1000n);
    expect(age.at(300_000)).toBe(299_000);
  });

  it("is not known again when another server has become the primary, at an earlier point", () => {
    const age = new ReplicaAge();
    age.notePrimary(1000, 1000n);
    age.noteReplica(1000n);
    age.notePrimary(2000, 990n);
    expect(age.at(2000)).toBe(Number.POSITIVE_INFINITY);
    age.noteReplica(995n);
    expect(age.at(2100)).toBe(100);
  });
});
