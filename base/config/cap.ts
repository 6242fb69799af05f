import { z } from "zod";

/** CAP alerts that come in and go out. */
export const capSettings = {
  CAP_SIGNING_KEY: z
    .string()
    .optional()
    .describe(
      "File with the private key (PEM, RSA or EC) that signs exported CAP alerts. Unset: not signed.",
    ),
  CAP_SIGNING_CERT: z.string().optional().describe("File with the certificate of that key (PEM)."),
  CAP_TRUSTED_CERTS: z
    .string()
    .optional()
    .describe(
      "Directory with one folder for each CAP sender, named after the sender, that holds the certificates (*.pem) that may sign its alerts.",
    ),
};

export const capNeeds = [
  ["CAP_SIGNING_KEY", "CAP_SIGNING_CERT"],
  ["CAP_SIGNING_CERT", "CAP_SIGNING_KEY"],
] as const;
