import { platformFetch } from "./client.ts";
import { problemOf } from "./problem.ts";

/**
 * Fetches a list as CSV and hands it to the browser as a file. Read to its end first: a list that breaks off is an
 * error on the page, and never half a file that looks whole.
 * @throws ApiError
 */
export async function downloadCsv(path: string, name: string): Promise<void> {
  const request = new Request(new URL(path, location.origin), { headers: { accept: "text/csv" } });
  const response = await platformFetch(request);
  if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}
