import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The platform that `npm run console:dev` talks to. */
const PLATFORM = process.env.SBI ?? "http://127.0.0.1:8080";

/** What most pages have in common, but for the dialogs and Base UI, which come with them: many pages do without. */
const SHARED = [
  /\/console\/src\/(api|app\/(?!sign-|stop-code|keyboard-help)|chart|map|ui\/(?!dialog|secret-once)|pages\/(overview\/|broadcast\/(?!reason-dialog)|tour\/))/,
  /\/node_modules\/(lucide-react|@tanstack\/(react-query|query-core)|wouter)\//,
];

/**
 * Which files a page is loaded from. Left alone, the bundler makes a file of everything that two pages share, and the
 * first page takes fifty requests: so there are few, and each is one that most pages load anyway.
 */
const GROUPS = [
  // What the first script imports, or part of it would be taken out of it.
  { name: "base", tags: ["$initial" as const], priority: 5 },
  // The top line's, which comes with every page.
  { name: "shell", test: /\/console\/src\/app\/(search|place-line)\.tsx$/, priority: 4 },
  {
    name: "shared",
    test: (id: string) => SHARED.some((one) => one.test(id)),
    minShareCount: 2,
    priority: 3,
  },
  { name: "writing", test: /\/console\/src\/pages\/new-broadcast\//, minShareCount: 2, priority: 2 },
  {
    name: "dialogs",
    test: /\/node_modules\/(@base-ui|@floating-ui)\/|\/console\/src\/ui\//,
    minShareCount: 2,
    priority: 1,
  },
];

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/console/",
  publicDir: false,
  // The platform takes changes only from a page of its own origin, and knows it by the Host.
  server: { proxy: { "/v1": { target: PLATFORM, changeOrigin: false } } },
  worker: { format: "es" },
  build: {
    outDir: fileURLToPath(new URL("../dist/console", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // The page's policy allows no script, style or font that stands in the text of another file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: { codeSplitting: { groups: GROUPS } },
      // Base UI marks its files for servers that render React; here they all go to the browser.
      onLog: (level, log, handle) => log.code !== "MODULE_LEVEL_DIRECTIVE" && handle(level, log),
    },
  },
});
