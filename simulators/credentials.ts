import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writePrivateFile } from "../base/private-file.ts";

/**
 * The credentials file: the simulated devices and their logins. The platform shows a device's password once, when it is
 * registered, so this file is its only copy; only its owner may read it.
 */
const credentialSchema = z.object({
  id: z.string().min(1),
  kind: z.string().min(1),
  regionCode: z.string().min(1),
  gatewayId: z.string().min(1).optional(),
  /** Its place, degrees WGS 84; a speaker needs it to know if it lies in a polygon or a circle. */
  location: z
    .object({ longitude: z.number().min(-180).max(180), latitude: z.number().min(-90).max(90) })
    .optional(),
  username: z.string().min(1),
  password: z.string().min(1),
});
const mqttUrl = z.string().regex(/^(mqtts?|wss?):\/\//, "expected mqtt://, mqtts://, ws:// or wss://");
const fileSchema = z.object({ mqttUrl: mqttUrl.optional(), devices: z.array(credentialSchema) });

export type DeviceCredential = z.infer<typeof credentialSchema>;
export type CredentialsFile = z.infer<typeof fileSchema>;

/**
 * Reads a credentials file; undefined when there is none.
 * @throws Error that names the file and its faults, without showing any password
 */
export async function readCredentials(path: string): Promise<CredentialsFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`The credentials file ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message quotes the text around the fault, which may be a password.
    throw new Error(`The credentials file ${path} is not JSON`);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(
      `The credentials file ${path} is not as expected, {"devices": [...]}: ${faults.join("; ")}`,
    );
  }
  const twice = firstRepeated(parsed.data.devices.map((device) => device.id));
  if (twice) throw new Error(`The credentials file ${path} names the device ${twice} twice`);
  return parsed.data;
}

function firstRepeated(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((id) => seen.has(id) || !seen.add(id));
}

/** Writes the file as a whole or not at all. */
export async function writeCredentials(path: string, file: CredentialsFile): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(file, null, 1)}\n`);
}
