import { queryOptions } from "@tanstack/react-query";

/** What the platform tells before anybody has signed in. */
export interface PlatformFacts {
  readonly name: string;
  readonly version: string;
  /** True where people can also sign in by an identity provider. */
  readonly oidc: boolean;
  /** The people of the demo; null where this is none. */
  readonly demo: null | { readonly people: readonly { readonly id: string; readonly role: string }[] };
}

export const platformQuery = queryOptions({
  queryKey: ["platform"],
  queryFn: async (): Promise<PlatformFacts | null> => null,
  staleTime: Number.POSITIVE_INFINITY,
});
