import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { principalId } from "../../../api/principal-schemas.ts";
import * as api from "../../../api/schemas.ts";
import { id, tenantIdInput } from "../../../app/cli/access/inputs.ts";
import { callAccess } from "./access-runs.ts";

/** Nothing here gets as far as a database. */
const NOWHERE = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
const run = (...args: string[]) => callAccess(NOWHERE, args);

describe("the command line of npm run access", () => {
  it("explains itself, as a whole, for a group and for each command", async () => {
    const all = await run("--help");
    expect(all.code).toBe(0);
    const names = [...all.stdout.matchAll(/^ {2}((?:[a-z-]+ )*[a-z-]+)(?: <| {2})/gm)].map(
      (match) => match[1]!,
    );
    for (const name of ["tenant create", "app key rotate", "recover person", "whois"])
      expect(names).toContain(name);
    const group = await run("app", "key", "-h");
    expect(group.stdout).toContain("app key revoke <app> <prefix>");
    expect(group.stdout).not.toContain("tenant list");
    const one = await run("person", "create", "--help");
    expect(one.stdout).toContain("--tenant <tenant>");
    expect([one.code, one.stderr]).toEqual([0, ""]);
  });

  it.each([
    [[], "Commands"],
    [["fly"], "There is no command 'fly'"],
    [["app", "key"], "Expected one of: app key create, app key rotate, app key revoke, app key list"],
    [["tenant", "create", "X", "--use", "x"], "<id>: expected 1 to 63 of a-z 0-9 -"],
    [["tenant", "create", "X", "--use", "x"], "--use: expected one of government, civil, commercial"],
    [["tenant", "create", "X", "--use", "x"], "--name is missing"],
    [["tenant", "list", "more"], "'tenant list' does not take 'more'"],
    [["tenant", "list", "--colour"], "--colour"],
    [["app", "key", "rotate", "a"], "<prefix> is missing"],
    [["grant", "add", "a"], "Expected one of --role, for a person, and --scope"],
    [["grant", "add", "a", "--role", "viewer"], "The grant needs an area"],
    [["grant", "add", "a", "--role", "viewer", "--kind", "camera"], "The grant needs an area"],
    [["grant", "add", "a", "--role", "king", "--region", "all"], "--role: expected one of viewer"],
    [
      ["grant", "add", "a", "--role", "viewer", "--region", "52,5x"],
      "--region: '5x': expected 2, 4, 6, 9 or 12 digits",
    ],
    [["grant", "add", "a", "--role", "viewer", "--region", "all,52"], "--region: 'all'"],
    [["grant", "add", "a", "--scope", "audit:read", "--region", "52"], "--scope: expected one of kinds:read"],
    [
      ["grant", "add", "a", "--role", "viewer", "--region", "52", "--kind", "car"],
      "'car': there is no such kind",
    ],
    [["app", "create", "a", "--tenant", "t", "--name", "n", "--region", "52"], "nothing says what"],
    [["person", "create", "a", "--tenant", "t", "--name", "n"], "There is no terminal to ask for a password"],
    [["person", "password", "a", "--generate", "--password-stdin"], "Expected one of"],
    [["whois", "something"], "expected a key of an application"],
  ])("refuses %j with a sentence and 2, before it opens a database", async (args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    ["too short", "short", "expected 10 to 256 characters"],
    ["of two lines", "one two three\nfour five six", "expected one line"],
    ["far too long", "x".repeat(100_000), "expected at most 256 characters"],
    ["with one's id", "this is zhang.min here", "without your id"],
  ])("refuses a password that is %s without repeating it", async (_, password, words) => {
    const { code, stderr } = await callAccess(
      NOWHERE,
      ["person", "password", "zhang.min", "--password-stdin"],
      password,
    );
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain(password);
  });

  it("takes the ids that the API takes, and no others", () => {
    const like = fc.oneof(fc.string({ maxLength: 70 }), fc.stringMatching(/^[A-Za-z0-9._-]{0,70}$/));
    fc.assert(
      fc.property(like, (text) => {
        const fits = (schema: { safeParse(given: unknown): { success: boolean } }) =>
          schema.safeParse(text).success;
        expect([fits(id), fits(id), fits(tenantIdInput)]).toEqual([
          fits(principalId),
          fits(api.deviceId),
          fits(api.tenantId),
        ]);
      }),
    );
  });
});
