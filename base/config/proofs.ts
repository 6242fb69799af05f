import { z } from "zod";
import { splitAtCommas } from "./forms.ts";

/** A list of known names, separated by commas. Each unknown name is a fault of its own. */
const names = <const T extends readonly string[]>(known: T) =>
  z
    .string()
    .transform((list, context): T[number][] => {
      const given = splitAtCommas(list);
      for (const name of given) {
        if (known.includes(name)) continue;
        context.addIssue({ code: "custom", message: `'${name}', expected some of ${known.join(", ")}` });
      }
      return known.filter((name) => given.includes(name));
    })
    .optional();

/** The roles and the steps of `access/`, which this file must not import: a test compares. */
const ROLES = [
  "viewer",
  "operator",
  "installer",
  "dispatcher",
  "duty-officer",
  "approver",
  "auditor",
  "administrator",
] as const;
const DECIDING_STEPS = [
  "submit",
  "approve",
  "return",
  "reject",
  "release",
  "cancel",
  "retry",
  "review",
] as const;

/**
 * The key gives every right, and no limit counts the guesses that come from all addresses together: so it must be long.
 */
const ADMIN_KEY_TOO_SHORT =
  "expected at least 32 characters, as 'openssl rand -hex 32' makes them; unset, the platform makes one by itself";

/** How people prove who they are beyond a password, and the key of the administrator. */
export const proofSettings = {
  REQUIRE_TOTP_FOR: names(ROLES).describe(
    "Roles whose steps on broadcasts need a session that was opened with a second factor, separated by commas. Unset: none.",
  ),
  STEP_UP: names(DECIDING_STEPS).describe(
    "Steps on broadcasts that need a fresh code of the second factor in the same request, separated by commas: submit, approve, return, reject, release, cancel, retry, review. Unset: none.",
  ),
  ADMIN_API_KEY: z
    .string()
    .min(32, ADMIN_KEY_TOO_SHORT)
    .optional()
    .describe(
      "The administrator's API key, at least 32 characters. Unset: the platform makes one on its first start, prints it once and keeps it in DATA_DIR.",
    ),
};
