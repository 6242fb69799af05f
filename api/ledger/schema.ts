import { z } from "zod";

export const ledgerSchema = z
  .object({
    received: z.int(),
    stored: z.int(),
    duplicate: z.int().describe("Sent again and stored once."),
    rejected: z.int().describe("Listed with their reasons under /v1/rejections."),
    pending: z.int().describe("Received and not yet committed, so not yet acknowledged."),
  })
  .meta({
    id: "Ledger",
    description:
      "What became of everything that a device sent, in items: each reading, event and reply is one, a message that cannot be decoded is one. received = stored + duplicate + rejected + pending.",
  });
