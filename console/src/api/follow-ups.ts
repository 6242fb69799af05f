import type { BroadcastItemJson } from "./broadcasts.ts";

/**
 * What a broadcast does to the ones that it replaces: it lifts, corrects or prolongs them, or only takes their place.
 */
export type FollowUpKind = "all_clear" | "correction" | "extension" | "replacement";

const BY_TEMPLATE: readonly string[] = ["all_clear", "correction", "extension"] satisfies FollowUpKind[];

/** What a broadcast is to earlier ones; null for one of its own. */
export function followUpKindOf({
  template,
  replaces,
  message,
}: Pick<BroadcastItemJson, "template" | "replaces"> & {
  readonly message: Pick<BroadcastItemJson["message"], "responseTypes">;
}): FollowUpKind | null {
  if (template?.source === "built-in" && BY_TEMPLATE.includes(template.id))
    return template.id as FollowUpKind;
  // Written by hand, or made from an alert: CAP says so by the response.
  if (message.responseTypes.includes("AllClear")) return "all_clear";
  return replaces.length > 0 ? "replacement" : null;
}
