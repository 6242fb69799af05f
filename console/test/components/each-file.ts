import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, vi } from "vitest";
import "../../../test/helpers/patience.ts";

// Files share a process and its document. An open dialog holds the page still, and a test may end before it lets go.
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  // What one test's person leaves at this browser, a sign-out among it, is nothing to the next one's.
  sessionStorage.clear();
  localStorage.clear();
  for (const element of [document.documentElement, document.body]) element.removeAttribute("style");
});

// Pages load their files while they are shown. What a test leaves loading would fail in the file that runs after it.
afterAll(() => vi.dynamicImportSettled());

// As `vi.waitFor` has it: a busy machine is slow.
configure({ asyncUtilTimeout: 20_000 });
