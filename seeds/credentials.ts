import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writePrivateFile } from "../base/private-file.ts";

/** One device as the simulator logs in with it. `password` is the token in clear: this file is its only copy. */
export interface Credential {
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly gatewayId?: string | undefined;
  readonly username: string;
  readonly password: string;
}

const fileSchema = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      regionCode: z.string(),
      gatewayId: z.string().optional(),
      username: z.string(),
      password: z.string(),
    }),
  ),
});

/** 256 random bits as base64url: 43 characters, all of which MQTT clients and shells take unquoted. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** The hash of a token that the database keeps. A token is random, so one round of SHA-256 is enough. */
export const tokenHash = (token: string): Buffer => createHash("sha256").update(token).digest();

/**
 * The devices of a credentials file by id; empty when there is no file.
 * @throws Error that names the file when it is there and isn't ours: better than writing over it.
 */
export async function readCredentialsById(path: string): Promise<Map<string, Credential>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
  try {
    return new Map(fileSchema.parse(JSON.parse(text)).devices.map((device) => [device.id, device]));
  } catch (cause) {
    throw new Error(
      `${path} is not a credentials file; expected {"devices": [...]}. Move it away and seed again.`,
      {
        cause,
      },
    );
  }
}

/** Writes the file as a whole or not at all, readable by its owner only. */
export const writeSeededCredentials = (path: string, devices: readonly Credential[]): Promise<void> =>
  writePrivateFile(path, `${JSON.stringify({ devices }, null, 1)}\n`);
