import { readFile } from "node:fs/promises";
import { writePrivateFile } from "../../base/private-file.ts";
import { type FleetMemory, fleetMemorySchema } from "./memory.ts";

/**
 * Reads the memory of a fleet; undefined when there is no file.
 * @throws Error that names the file and its fault: with its memory gone, a fleet would obey old commands
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
      `The speakers' memory ${path} is damaged. Without it they may play again what they have ` +
        "played; delete it if that does not matter.",
      { cause },
    );
  }
}

/** Keeps a fleet's memory in a file that is replaced as a whole. */
export interface MemoryFile {
  /**
   * Writes the memory as it is now. Callers during another write share the next one, because a broadcast changes every
   * speaker at once.
   * @returns a promise that resolves once it is on disk, and rejects where it cannot be written
   */
  keep(): Promise<void>;
  /** Waits for the write under way, and tries failed ones once more. */
  close(): Promise<void>;
}

export function createMemoryFile(path: string, memory: () => FleetMemory): MemoryFile {
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let isChanged = false;

  const write = async () => {
    // From here on a change is one for the next write.
    next = undefined;
    isChanged = false;
    await writePrivateFile(path, `${JSON.stringify(memory())}\n`);
  };
  const keep = (): Promise<void> => {
    isChanged = true;
    if (!next) {
      next = writing.then(write);
      writing = next.catch(() => {
        isChanged = true;
      });
    }
    return next;
  };

  return {
    keep,
    async close() {
      await writing;
      if (isChanged) await keep();
    },
  };
}
