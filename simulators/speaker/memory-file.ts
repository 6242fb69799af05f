import { readFile } from "node:fs/promises";
import { writePrivateFile } from "../../private-file.ts";
import { type FleetMemory, fleetMemorySchema } from "./memory.ts";

/** How long changes are collected before they are written: a broadcast changes every speaker several times. */
const COLLECT_MS = 500;

/**
 * Reads what a fleet remembered; undefined when there is no file.
 * @throws Error that names the file and what is wrong in it: with its memory gone, a fleet would obey old commands
 */
export async function readMemory(path: string): Promise<FleetMemory | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`The speakers' memory ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  try {
    return fleetMemorySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(
      `The speakers' memory ${path} is not as it was written. Without it they may play again what they have ` +
        "played; delete it if that does not matter.",
      { cause },
    );
  }
}

/** Keeps a fleet's memory in a file that is replaced as a whole. */
export interface MemoryFile {
  /** The memory has changed: it is written within half a second. */
  note(): void;
  /** Writes now, and no more after that. */
  close(): Promise<void>;
}

export function createMemoryFile(path: string, memory: () => FleetMemory): MemoryFile {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isChanged = false;

  const write = async () => {
    isChanged = false;
    await writePrivateFile(path, `${JSON.stringify(memory())}\n`);
  };
  const inTurn = (): Promise<void> => {
    const turn = writing.then(write);
    // A write that failed is told by `close`; the next change tries again.
    writing = turn.catch(() => {
      isChanged = true;
    });
    return turn;
  };

  return {
    note() {
      isChanged = true;
      timer ??= setTimeout(() => {
        timer = undefined;
        inTurn().catch(() => undefined);
      }, COLLECT_MS);
    },
    async close() {
      clearTimeout(timer);
      await writing;
      if (isChanged) await inTurn();
    },
  };
}
