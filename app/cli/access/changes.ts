import { z } from "zod";
import { confirmChange, listAccessChanges, refuseChange } from "../../../accounts/changes.ts";
import { NO_LIMITS } from "../../../store/database/index.ts";
import { type CliCommand, defineCommand } from "./command.ts";
import { everyPage } from "./lists.ts";
import { table } from "./output.ts";

const no = z.coerce.number("expected the number of a change").int().min(1);

const list = defineCommand({
  name: "change list",
  about: "changes over HTTP (made, granted, reset) because of which approvers and duty officers wait",
  input: { all: z.boolean().optional().meta({ description: "also changes that no longer wait" }) },
  run: (context, { all }) =>
    context.database(async (pool) => {
      const filter = { state: all ? ("all" as const) : ("waiting" as const), now: new Date() };
      const changes = await everyPage((page) =>
        listAccessChanges(pool, { limits: NO_LIMITS }, { ...filter, principalId: undefined }, page),
      );
      const rows = changes.map((change) => [
        String(change.changeNo),
        change.principalId,
        change.kind,
        change.askedBy,
        change.effectiveAt.toISOString(),
        change.state,
      ]);
      return {
        json: changes,
        lines: table([["no", "person", "what", "by", "holds from", "state"], ...rows]),
      };
    }),
});

const confirm = defineCommand({
  name: "change confirm",
  about: "let a change hold at once",
  operands: ["no"],
  input: { no },
  more: "Earlier changes of the same administrator to the same person hold with it. Here it takes no second administrator.",
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const change = await confirmChange(pool, caller, input.no);
      return { json: change, lines: [`${change.principalId} no longer waits for change ${input.no}`] };
    }),
});

const refuse = defineCommand({
  name: "change refuse",
  about: "take a change back",
  operands: ["no"],
  input: {
    no,
    reason: z.string().min(1).max(1000).meta({ value: "<text>", description: "the reason, for the audit" }),
  },
  more: "The platform takes away the grants that it gave. Where it made the person, or touched how they sign in, they are shut out.",
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const change = await refuseChange(pool, caller, input.no, input.reason);
      return { json: change, lines: [`Change ${input.no} of ${change.principalId} was taken back`] };
    }),
});

export const changeCommands: readonly CliCommand[] = [list, confirm, refuse];
