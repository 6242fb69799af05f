// `npm run console:types`: writes src/api/schema.ts from the API's OpenAPI document. In a folder of its own, with a
// compiler of its own: the generator needs the JavaScript API of TypeScript, which version 7 does not have.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = new URL("../../test/api/openapi.json", import.meta.url);
const TYPES = new URL("../src/api/schema.ts", import.meta.url);

const text = readFileSync(DOCUMENT);
const hash = createHash("sha256").update(text).digest("hex");
const head = `// sha256 ${hash} of test/api/openapi.json; written by \`npm run console:types\`\n`;

if (process.argv.includes("--check")) {
  // By the hash alone, so that it needs no generator.
  if (!readFileSync(TYPES, "utf8").startsWith(head)) {
    console.error("console/src/api/schema.ts is of another OpenAPI document: run `npm run console:types`");
    process.exit(1);
  }
} else {
  const { default: openapiTs, astToString } = await import("openapi-typescript");
  const nodes = await openapiTs(JSON.parse(text.toString()), { defaultNonNullable: false });
  writeFileSync(TYPES, head + astToString(nodes));
  console.log("Wrote console/src/api/schema.ts");
}
