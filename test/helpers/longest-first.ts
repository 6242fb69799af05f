import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, with the longest first. A long file that begins last would keep a whole core waiting;
 * vitest finds out by itself how long files take, but knows it only from the second run on.
 */
const LONG = [
  "bench/stories.long",
  "project/recipes.long",
  "e2e/demo",
  "api/matrix",
  "e2e/outage",
  "broadcast/message/templates-sound",
  "app/cli/access-recover",
  "e2e/crash",
  "store/embedded/crash",
  "store/rollups/kept-days",
  "store/embedded/launch",
  "e2e/broadcast-crash",
  "e2e/start",
  "e2e/fuzz",
  "e2e/broadcast",
  "app/cli/audit-verify",
  "api/broadcasts-stored",
  "app/cli/access",
  "e2e/kept",
  "api/insiders",
  "bench/stories",
].map((name) => `/test/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex((name) => moduleId.endsWith(name));
      return place < 0 ? LONG.length : place;
    };
    // The order of the others stays as vitest has it: those that failed before, then by time or size.
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
