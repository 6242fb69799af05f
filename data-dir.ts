import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { PlatformError } from "./errors.ts";

/** Makes the data directory. @throws PlatformError `config_invalid` when nothing can be written there */
export async function prepareDataDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = (error as Error).message;
    const message = `DATA_DIR is '${path}', where nothing can be written (${why}): give it a folder of its own.`;
    throw new PlatformError("config_invalid", message, { cause: error });
  }
}
