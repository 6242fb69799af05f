export {
  answerLetters,
  COMMAND_CHANNEL,
  dropOldLetters,
  type Letter,
  putIntoBox,
  type ReceivedLetter,
  readLetters,
  takeAnswers,
} from "./command-box.ts";
export { listReplies } from "./replies.ts";
