export { listReplies } from "./replies.ts";
