import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import "../../../test/helpers/patience.ts";

// Files share a process and its document.
afterEach(cleanup);
