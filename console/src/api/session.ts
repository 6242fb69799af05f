import { queryOptions } from "@tanstack/react-query";
import { api, done, read, setCsrfToken } from "./client.ts";
import { leaveNothing } from "./left.ts";
import { platformQuery } from "./platform.ts";
import { ApiError, isApiError } from "./problem.ts";
import type { components } from "./schema.ts";

export type MeJson = components["schemas"]["Me"];
export type ActionName = MeJson["actions"][number]["action"];

/** The session of this browser, whose answer also holds what proves that changes come from this page. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ client }) => {
    // To ask for a session where there is none is an error, which browsers write into their console.
    const { signedIn } = await client.ensureQueryData(platformQuery);
    if (!signedIn) throw new ApiError(401, "unauthorized", {});
    const current = await read(api.GET("/v1/sessions/current"));
    setCsrfToken(current.csrfToken);
    return current;
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: (failures, error) =>
    failures < 3 && "status" in error && error.status !== 401 && error.status !== 403,
});

/** The caller: name, tenant, grants, and the actions that follow from them. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => read(api.GET("/v1/me")),
  staleTime: 5 * 60_000,
});

export interface SignInInput {
  readonly username: string;
  readonly password: string;
  readonly code?: string | undefined;
}

/** @throws ApiError `code_required`, `sign_in_failed`, `too_many_attempts` … */
export async function signIn({ username, password, code }: SignInInput): Promise<void> {
  const opened = await read(
    api.POST("/v1/sessions", { body: { username, password, type: "cookie", ...(code ? { code } : {}) } }),
  );
  setCsrfToken(opened.csrfToken);
}

/** This browser is a display from now on. @throws ApiError `pairing_failed`, `too_many_attempts` … */
export async function pairDisplay(code: string): Promise<void> {
  await read(api.POST("/v1/displays/redeem", { body: { code } }));
  // A display changes nothing, and the platform has ended the session of a person who was signed in here.
  setCsrfToken(null);
  leaveNothing();
}

/** Ends the session, and empties all tabs of this browser. @throws ApiError where the session may live on */
export async function signOut(): Promise<void> {
  try {
    await done(api.DELETE("/v1/sessions/current"));
  } catch (error) {
    // It was over already.
    if (!isApiError(error, "unauthorized", "session_not_found")) throw error;
  }
  setCsrfToken(null);
  leaveNothing();
}

/** True when the caller may do `action` somewhere; the platform decides for each object. */
export const mayDo = (me: MeJson, action: ActionName): boolean =>
  me.actions.some((one) => one.action === action);
