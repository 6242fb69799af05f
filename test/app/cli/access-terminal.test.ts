import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { choosePassword } from "../../../app/cli/access/password.ts";

/** A terminal on which somebody types, and what is shown there and how it was set. */
function terminal() {
  const shown: string[] = [];
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => modes.push(on),
  });
  return { input, output: { write: (text: string) => shown.push(text) }, shown, modes };
}

const owner = { id: "li.na", name: "李娜" };
const ask = (tty: ReturnType<typeof terminal>) => choosePassword({}, owner, tty);

describe("asking for a password on a terminal", () => {
  it("asks twice, shows nothing of it, and leaves the terminal as it was", async () => {
    const tty = terminal();
    const asked = ask(tty);
    tty.input.write("a long sentense\u007f\u007fce 好\r");
    await vi.waitFor(() => expect(tty.shown).toContain("Once more: "));
    for (const character of "a long sentence 好\r") tty.input.write(character);
    expect(await asked).toEqual({ password: "a long sentence 好", made: false });
    expect(tty.shown).toEqual(["Password for li.na: ", "\n", "Once more: ", "\n"]);
    expect(tty.modes).toEqual([true, false, true, false]);
  });

  it("takes what was typed ahead or pasted, and begins anew with Ctrl-U", async () => {
    const tty = terminal();
    const asked = ask(tty);
    tty.input.write("wrong\u0015a long sentence\na long sentence\n");
    expect((await asked).password).toBe("a long sentence");
  });

  it.each([
    ["Ctrl-C", "a long\u0003", "Stopped"],
    ["Ctrl-D", "\u0004", "Stopped"],
    ["two that differ", "a long sentence\ra long sentense\r", "differ"],
    ["one that is not fit", "short\rshort\r", "expected 10 to 256 characters"],
  ])("ends with a sentence after %s", async (_, typed, words) => {
    const tty = terminal();
    const asked = ask(tty);
    tty.input.write(typed);
    await expect(asked).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(words),
    });
    expect(tty.modes.at(-1)).toBe(false);
  });

  it("ends when the terminal goes away", async () => {
    const tty = terminal();
    const asked = ask(tty);
    tty.input.end("half a sent");
    await expect(asked).rejects.toThrow("Stopped");
  });
});
