/** A wrong option or argument of a command; the text says which and what was expected. */
export class UsageError extends Error {}
