import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { USES } from "../access/decide.ts";
import { writePrivateFile } from "../base/private-file.ts";

const entry = { id: z.string(), name: z.string(), use: z.enum(USES), sees: z.string() };

const fileSchema = z.object({
  people: z.array(
    z.object({
      ...entry,
      role: z.string(),
      password: z.string(),
      /** When the database took the password: the password still holds while this is unchanged. */
      changedAt: z.iso.datetime(),
    }),
  ),
  applications: z.array(z.object({ ...entry, key: z.string() })),
});

/** The demo's people and applications with their credentials. The file is the only copy of these secrets. */
export type DemoAccess = Readonly<z.infer<typeof fileSchema>>;

export const demoAccessFile = (dataDir: string): string => join(dataDir, "demo-access.json");

/**
 * The content of the file; empty when there is none.
 * @throws Error that names the file when it is there and isn't ours: better than writing over it
 */
export async function readDemoAccess(dataDir: string): Promise<DemoAccess> {
  const path = demoAccessFile(dataDir);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { people: [], applications: [] };
    throw error;
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(
      `${path} is not the demo's list of people and applications; expected {"people": [...], "applications": [...]}. Move it away and start again.`,
      { cause },
    );
  }
}

export const writeDemoAccess = (dataDir: string, access: DemoAccess): Promise<void> =>
  writePrivateFile(demoAccessFile(dataDir), `${JSON.stringify(access, null, 1)}\n`);
