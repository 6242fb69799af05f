import "./patience.ts";
import { forgetSecrets } from "./secrets.ts";

/** Runs before each test file, because files share a process and its imported modules. */
forgetSecrets();
