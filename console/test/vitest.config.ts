import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The flows: `npm run test:console`. They share one platform and one browser, which `setup.ts` starts. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["console/test/flows/**/*.test.ts"],
    globalSetup: ["console/test/setup.ts"],
    setupFiles: ["test/helpers/each-file.ts"],
    pool: "forks",
    // Each drives a browser, which has processes of its own.
    maxWorkers: 2,
    isolate: false,
    // For what hangs: a busy machine is five times slower.
    testTimeout: 180_000,
    // A machine that two browsers and a platform share stands still at times, and a page then gives up for good reasons.
    retry: 1,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 20_000, interval: 20 } },
  },
});
