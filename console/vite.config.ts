import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The platform that `npm run console:dev` talks to. */
const PLATFORM = process.env.SBI ?? "http://127.0.0.1:8080";

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
      // Base UI marks its files for servers that render React; here they all go to the browser.
      onLog: (level, log, handle) => log.code !== "MODULE_LEVEL_DIRECTIVE" && handle(level, log),
    },
  },
});
