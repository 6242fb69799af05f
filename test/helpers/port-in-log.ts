import { vi } from "vitest";

/** The port of a door, once the platform's log tells it. @param text with which it says what it listens for */
export async function portInLog(log: () => string, text: string): Promise<number> {
  const line = await vi.waitFor(() => {
    const found = log()
      .split("\n")
      .find((each) => each.includes(text) && each.endsWith("}"));
    if (found === undefined) throw new Error(`the platform has not said yet that it ${text}`);
    return found;
  });
  return (JSON.parse(line) as { port: number }).port;
}
