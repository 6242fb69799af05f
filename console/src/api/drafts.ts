import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type DraftJson = components["schemas"]["Broadcast"];
export type DraftBody = components["schemas"]["BroadcastDraftInput"];
type DraftChange = operations["updateBroadcast"]["requestBody"]["content"]["application/json"];
export type TargetJson = components["schemas"]["BroadcastTargetInput"];
export type PreviewJson = components["schemas"]["BroadcastPreview"];
export type ImportedAlertJson = components["schemas"]["ImportedAlert"];

/** What a preview depends on. */
interface Previewed {
  readonly target: TargetJson;
  readonly mode: DraftBody["mode"];
  readonly class: NonNullable<DraftBody["class"]>;
  readonly level: DraftBody["level"] | null;
}

/** So often a preview is computed anew while somebody looks at it, in milliseconds. */
const PREVIEW_AGAIN_MS = 20_000;

/** What a broadcast that is not written yet would reach, computed by the platform at each reading. */
export const previewQuery = ({ target, mode, class: messageClass, level }: Previewed) =>
  queryOptions({
    queryKey: ["broadcasts", "thought", target, mode, messageClass, level],
    queryFn: ({ signal }) =>
      read(
        api.POST("/v1/broadcasts/preview", {
          body: level === null ? { target } : { target, mode, class: messageClass, level },
          signal,
        }),
      ),
    staleTime: 0,
    refetchInterval: PREVIEW_AGAIN_MS,
  });

/** Without texts they come from the template of its event. */
export const createDraft = (body: DraftBody): Promise<DraftJson> =>
  read(api.POST("/v1/broadcasts", { body })) as Promise<DraftJson>;

/** @throws ApiError `broadcast_changed` when somebody else was faster, `broadcast_state` when it is no draft any more */
export const changeDraft = (id: string, body: DraftChange): Promise<DraftJson> =>
  read(api.PATCH("/v1/broadcasts/{id}", { params: { path: { id } }, body }));

/** Takes an alert in CAP 1.2. It releases nothing. @throws ApiError `cap_invalid` with every fault */
export const importAlert = (document: Blob): Promise<ImportedAlertJson> =>
  read(
    api.POST("/v1/broadcasts", {
      // As it came: its bytes say in which encoding it is.
      body: document as unknown as string,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { "content-type": "application/cap+xml" },
    } as never),
  ) as Promise<ImportedAlertJson>;
