import type { BrowserContext, ConsoleMessage, Page, Request } from "playwright-core";

/** What went wrong on a page, though nobody may have noticed. */
export interface Note {
  readonly kind: "violation" | "console" | "page error" | "off the origin" | "failed request";
  readonly text: string;
}

/** One request of a page, as a network log has it. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  /** `document`, `script`, `fetch` and so on. */
  readonly type: string;
  readonly at: number;
  status?: number;
}

/** A window of somebody's browser, with everything that happened in it. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly notes: readonly Note[];
  readonly sent: readonly Sent[];
  /** Notes that match are expected in this visit, such as the refusal that a test provokes. */
  expectNote(pattern: RegExp): void;
  /** What was noted and not expected. */
  unexpected(): Note[];
  /** Another tab of the same browser. */
  newTab(): Promise<Page>;
}

/** Chromium gives up a request when its page is left, or ends it by itself: no failure. */
const GIVEN_UP = "net::ERR_ABORTED";
/** Nothing that a page asks for. */
const OWN = /^(data|blob|about|chrome|devtools):/;

const locationOf = (message: ConsoleMessage) => {
  const { url, lineNumber } = message.location();
  return url ? ` (${url}:${lineNumber})` : "";
};

/** Runs in the page, before its own scripts: tells what the page policy has refused. */
function watchViolations(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event;
    console.error(
      `securitypolicyviolation: ${effectiveDirective} refused ${blockedURI} at ${sourceFile}:${lineNumber} ${sample}`,
    );
  });
}

/** Begins to note what happens in all tabs of a browser. */
export async function recordVisit(context: BrowserContext, origin: string): Promise<Visit> {
  const notes: Note[] = [];
  const sent: Sent[] = [];
  const expected: RegExp[] = [];
  const bySentRequest = new WeakMap<Request, Sent>();
  await context.addInitScript(watchViolations);

  context.on("console", (message) => {
    const type = message.type();
    if (type !== "error" && type !== "warning") return;
    const text = message.text();
    const kind = text.startsWith("securitypolicyviolation") ? "violation" : "console";
    notes.push({ kind, text: `${text}${locationOf(message)}` });
  });
  context.on("weberror", (error) => notes.push({ kind: "page error", text: String(error.error().stack) }));
  context.on("request", (request) => {
    if (OWN.test(request.url())) return;
    const url = new URL(request.url());
    const entry: Sent = { method: request.method(), url, type: request.resourceType(), at: Date.now() };
    sent.push(entry);
    bySentRequest.set(request, entry);
    if (url.origin !== origin) notes.push({ kind: "off the origin", text: `${request.method()} ${url}` });
  });
  context.on("response", (response) => {
    const entry = bySentRequest.get(response.request());
    if (entry) entry.status = response.status();
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    if (why !== GIVEN_UP) notes.push({ kind: "failed request", text: `${request.url()}: ${why}` });
  });

  const page = await context.newPage();
  return {
    page,
    context,
    notes,
    sent,
    expectNote: (pattern) => void expected.push(pattern),
    unexpected: () => notes.filter(({ text }) => !expected.some((pattern) => pattern.test(text))),
    newTab: () => context.newPage(),
  };
}
