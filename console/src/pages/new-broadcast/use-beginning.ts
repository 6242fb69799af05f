import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { broadcastQuery } from "../../api/broadcasts.ts";
import { useParameters } from "../../ui/address.ts";
import type { ModeName } from "../../ui/marks.tsx";
import { EMPTY_FORM, type Form } from "./form.ts";
import { formOfCopy, formOfDraft, modeOfCopy, nameRegions } from "./prefill.ts";

/** What the address would put in the place of something that was written here. */
export interface Question {
  readonly by: "draft" | "copy" | "region";
  readonly goOn: () => void;
  readonly takeIt: () => void;
}

/** What the address asks to begin with, until it is in the form. */
interface Beginning {
  /** To be answered before anything is fetched; undefined where nothing written would be lost. */
  readonly question: Question | undefined;
  readonly isFetching: boolean;
  readonly error: Error | null;
  /** The draft that was asked for is of this mode, and not of the address's. */
  readonly otherMode: ModeName | undefined;
  readonly again: () => void;
}

/**
 * `?draft=` goes on with a draft, `?copy=` begins with the content of an earlier one, `?region=` with a place.
 * What was written here and not saved gives way to none of them without a question.
 */
export function useBeginning(mode: ModeName, form: Form, replace: (form: Form) => void): Beginning {
  const client = useQueryClient();
  const [parameters, setParameters] = useParameters();
  const [, navigate] = useLocation();
  const [error, setError] = useState<Error | null>(null);
  const [otherMode, setOtherMode] = useState<ModeName>();
  const [tries, setTries] = useState(0);
  const draft = parameters.get("draft");
  const copy = parameters.get("copy");
  const region = parameters.get("region");
  const known = form.draft?.id;
  const isAsked = copy !== null || region !== null || (draft !== null && draft !== known);
  const address = JSON.stringify([draft, copy, region]);
  const [agreedTo, setAgreedTo] = useState<string>();
  // A copy never opens as an actual one: it leads away from here, and takes no place.
  const isSafe = !form.isUnsaved || agreedTo === address || (copy !== null && mode === "actual");
  const wants = isAsked && isSafe;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the address asks for is fetched once, and again when asked to
  useEffect(() => {
    if (!wants) return;
    let isGone = false;
    const begin = async () => {
      if (region !== null) return { ...EMPTY_FORM, regions: await nameRegions(client, region.split(",")) };
      const id = (copy ?? draft)!;
      const found = await client.fetchQuery({ ...broadcastQuery(id), staleTime: 0 });
      if (copy !== null) {
        const opensAs = modeOfCopy(found.message.mode);
        if (opensAs === mode) return formOfCopy(client, found, mode);
        if (!isGone)
          navigate(`/broadcasts/new/${opensAs}?copy=${encodeURIComponent(copy)}`, { replace: true });
        return undefined;
      }
      if (found.message.mode === mode) return formOfDraft(client, found);
      if (!isGone) setOtherMode(found.message.mode);
      return undefined;
    };
    setError(null);
    begin().then(
      (begun) => {
        if (isGone || !begun) return;
        replace(begun);
        // A copy and a place are taken once: a reload goes on with what was written.
        if (draft === null || copy !== null) setParameters({ copy: undefined, region: undefined });
      },
      (failure: Error) => !isGone && setError(failure),
    );
    return () => {
      isGone = true;
    };
  }, [draft, copy, region, mode, tries, wants]);

  const by = copy !== null ? "copy" : region !== null ? "region" : "draft";
  return {
    question:
      isAsked && !isSafe
        ? {
            by,
            goOn: () => setParameters({ draft: undefined, copy: undefined, region: undefined }),
            takeIt: () => setAgreedTo(address),
          }
        : undefined,
    isFetching: wants && error === null && otherMode === undefined,
    error,
    otherMode,
    again: () => setTries(tries + 1),
  };
}
