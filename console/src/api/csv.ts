import { platformFetch } from "./client.ts";
import { ApiError, problemOf } from "./problem.ts";

/**
 * Fetches a list as CSV for spreadsheets: with a byte order mark, and all times in Beijing time.
 * @param path such as `/v1/devices?kind=gas-meter`
 * @param onBytes how much has come so far
 * @throws ApiError also where it breaks off: half a list is none
 */
export async function fetchCsv(
  path: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  const url = new URL(path, location.origin);
  url.searchParams.set("bom", "1");
  url.searchParams.set("timeZone", "Asia/Shanghai");
  const response = await platformFetch(new Request(url, { headers: { accept: "text/csv" }, signal }));
  if (!response.ok || !response.body) throw problemOf(response, await response.json().catch(() => undefined));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.length;
      onBytes(bytes);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, "offline", { detail: `The list broke off after ${bytes} bytes` });
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}

/** Gives the browser a file to save. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken the file by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
