import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/helpers/longest-first.ts";

/** `npm run test:long` has the files that take too long for every day; `.ci/run` runs them as well. */
const LONG_FILES = "test/**/*.long.test.ts";

export default defineConfig(({ mode }) => ({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "platform",
          include: [mode === "long" ? LONG_FILES : "test/**/*.test.ts"],
          exclude: mode === "long" ? [] : [LONG_FILES],
          globalSetup: ["test/helpers/global-setup.ts"],
          setupFiles: ["test/helpers/each-file.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "console",
          include: ["console/test/components/**/*.test.{ts,tsx}"],
          setupFiles: ["console/test/components/each-file.ts"],
          environment: "happy-dom",
          // Styles are left out: files that share a process share its document, and what one page's styles say of a
          // class would hold for another page's class of that name.
          css: { include: [] },
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    pool: "forks",
    // Each test process has a process of embedded databases beside it, which takes about 600 MB; the two work in turn.
    // One more than there are cores on the smallest machine: tests of what happens in time wait for much of theirs.
    maxWorkers: 3,
    // Files share a test process, what it has imported, and its process of databases. Each has its own database.
    isolate: false,
    // Passed on to the embedded databases that tests start in processes of their own: they live for a second or
    // two, in which V8's optimizing compiler takes more time than its code can save.
    execArgv: ["--liftoff-only"],
    // For what hangs. A machine that is busy with other things as well is five times slower.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // As `vi.waitFor` has it, by test/helpers/patience.ts.
    expect: { poll: { timeout: 20_000, interval: 10 } },
  },
}));
