/** After so long without a key or a press nobody is taken to sit before the page, in milliseconds. */
const UNATTENDED_MS = 5 * 60_000;

let lastInput = Date.now();
const noteInput = (): void => {
  lastInput = Date.now();
};
for (const event of ["pointerdown", "keydown", "wheel"])
  addEventListener(event, noteInput, { capture: true, passive: true });

/** True while the page asks by itself: such requests do not keep a session from ending idle. */
export const isUnattended = (now = Date.now()): boolean => now - lastInput > UNATTENDED_MS;
