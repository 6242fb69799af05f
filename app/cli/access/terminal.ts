import { PlatformError } from "../../../base/errors.ts";

/** The part of a terminal that is needed for reading without an echo. */
export interface TextTerminal {
  readonly input: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly output: { write(text: string): unknown };
}

const [CTRL_C, CTRL_D, CTRL_U] = ["\u0003", "\u0004", "\u0015"];

/**
 * Reads a line from a terminal in raw mode, which shows nothing.
 * @throws PlatformError `invalid_request` when the person stops instead
 */
export function readHidden(prompt: string, { input, output }: TextTerminal): Promise<string> {
  output.write(prompt);
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    let typed = "";
    const end = () => {
      input.off("data", onData).off("end", onEnd).pause();
      input.setRawMode?.(false);
      output.write("\n");
    };
    const stop = () => {
      end();
      reject(new PlatformError("invalid_request", "Stopped: nothing was changed"));
    };
    const onEnd = () => stop();
    const onData = (chunk: string | Buffer) => {
      for (const [index, character] of [...String(chunk)].entries()) {
        if (character === "\r" || character === "\n") {
          // Characters that were typed ahead are for the next question.
          const rest = [...String(chunk)].slice(index + 1).join("");
          end();
          if (rest !== "") (input as NodeJS.ReadStream).unshift(rest);
          return resolve(typed);
        }
        if (character === CTRL_C || character === CTRL_D) return stop();
        if (character === CTRL_U) typed = "";
        else if (character === "\u007f" || character === "\b") typed = [...typed].slice(0, -1).join("");
        else if (character >= " ") typed += character;
      }
    };
    input.on("data", onData).on("end", onEnd).resume();
  });
}
