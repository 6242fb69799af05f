export {
  completeMessage,
  contentOf,
  draftOf,
  isEmptyTarget,
  missingIn,
  missingOfStored,
  warningsOf,
  warningsOfStored,
} from "./draft.ts";
export type { Draft } from "./draft-schema.ts";
export { asFilled, rememberAnew, rememberFilled } from "./filled-texts.ts";
export {
  allClearTexts,
  correctionTexts,
  extensionTexts,
  FOLLOW_UPS,
  type FollowedBroadcast,
  type FollowUp,
  isFollowUp,
  quotesHeadline,
} from "./follow-up-texts.ts";
export { readStoredAttachments, readStoredMessage, readStoredSource } from "./stored-message.ts";
