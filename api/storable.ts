/** NUL, and halves of surrogate pairs: PostgreSQL stores neither. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);
export const UNSTORABLE_MESSAGE = "expected text without NUL and without halves of surrogate pairs";
