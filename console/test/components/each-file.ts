import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";
import "../../../test/helpers/patience.ts";

// Files share a process and its document.
afterEach(cleanup);

// As `vi.waitFor` has it: a busy machine is slow.
configure({ asyncUtilTimeout: 20_000 });
