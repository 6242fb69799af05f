export interface UsageErrorOptions extends ErrorOptions {
  /** The command of several that was called wrongly, e.g. `app key create`. */
  readonly command?: string;
}

/** A wrong option or argument of a command; the text names it and the expectation. */
export class UsageError extends Error {
  readonly command: string;

  constructor(message: string, { command = "", ...options }: UsageErrorOptions = {}) {
    super(message, options);
    this.command = command;
  }
}

/**
 * The text for a person who called a command wrongly.
 * @param call as the command is called, e.g. `npm run seed --`
 */
export function usageText({ message, command }: UsageError, call: string): string {
  return `${message}\nSee ${[call, command, "--help"].filter((word) => word !== "").join(" ")}`;
}
