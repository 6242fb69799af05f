import type { CapAlert, CapFault } from "./alert.ts";
import { type ImportResult, importAlert } from "./import.ts";
import { readDocument } from "./parse.ts";
import { type SignatureState, verifyDocument } from "./signature.ts";
import type { ImportWarning } from "./warnings.ts";

/** The key of an alert, and its references. */
export type AlertHead = Pick<
  CapAlert,
  "identifier" | "sender" | "sent" | "status" | "msgType" | "references" | "note"
>;

/** The judgement on a document, as far as it needs nothing that is stored. */
export type AlertJudgement =
  | { readonly ok: false; readonly faults: readonly CapFault[] }
  | {
      readonly ok: true;
      readonly head: AlertHead;
      readonly result: ImportResult;
      readonly signature: SignatureState;
      /** From reading, from turning it into messages, and about its signatures. */
      readonly warnings: readonly ImportWarning[];
    };

/** By CAP sender, the certificates (PEM) that may sign its alerts. */
export type TrustedCertificates = ReadonlyMap<string, readonly string[]>;

/** Reads a document, judges its signatures and turns it into messages. Pure, and for a large document it takes long. */
export function judgeAlert(xml: Uint8Array, trusted: TrustedCertificates, now: Date): AlertJudgement {
  const document = readDocument(xml);
  const { result: parsed } = document;
  if (!parsed.ok) return { ok: false, faults: parsed.faults };
  const { identifier, sender, sent, status, msgType, references, note } = parsed.alert;
  const { state } = verifyDocument(document, trusted.get(sender) ?? [], now);
  const result = importAlert(parsed.alert, { now });
  const found = parsed.warnings.map(({ rule, message, path, line }) => ({
    rule,
    message: `${path}, line ${line}: ${message}`,
  }));
  return {
    ok: true,
    head: { identifier, sender, sent, status, msgType, references, ...(note === undefined ? {} : { note }) },
    result,
    signature: state,
    warnings: [...found, ...result.warnings, ...signatureWarnings(state)],
  };
}

function signatureWarnings(state: SignatureState): ImportWarning[] {
  const texts: Partial<Record<SignatureState, string>> = {
    absent: "it carries no signature: check who sent it",
    untrusted: "nobody whom this platform trusts has signed it: check who sent it",
    invalid: "its signature does not match its content: it may have been altered",
  };
  const message = texts[state];
  return message === undefined ? [] : [{ rule: `signature_${state}`, message }];
}
