import { runAccess } from "./access/run.ts";

process.exitCode = await runAccess(process.argv.slice(2), process);
