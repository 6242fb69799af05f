import { expect, it, onTestFinished } from "vitest";
import { watchAwake } from "../../cluster/awake.ts";

function watch() {
  const state = { at: 0, isMine: true, isAlone: true };
  const awake = watchAwake(
    { isMine: () => state.isMine },
    () => state.isAlone,
    () => state.at,
  );
  onTestFinished(() => awake.stop());
  return { state, awake };
}

it("lets a process that is alone go on without the database, as long as it does not stand still", () => {
  const { state, awake } = watch();
  state.isMine = false;
  for (let i = 0; i < 100; i++) {
    state.at += 4_000;
    expect(awake.mayAct()).toBe(true);
  }
});

it("stops one that is not alone once its duty has lapsed, until it knows that it is its own", () => {
  const { state, awake } = watch();
  state.isAlone = false;
  expect(awake.mayAct()).toBe(true);
  state.isMine = false;
  expect(awake.mayAct()).toBe(false);
  state.isMine = true;
  expect(awake.mayAct()).toBe(true);
});

it("stops one that was paused, until it knows that the duty is its own", () => {
  const { state, awake } = watch();
  state.isMine = false;
  state.at += 60_000;
  expect(awake.mayAct()).toBe(false);
  state.at += 10;
  expect(awake.mayAct()).toBe(false);
  state.isMine = true;
  expect(awake.mayAct()).toBe(true);
  state.isMine = false;
  expect(awake.mayAct()).toBe(true);
});
