import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectFiles, ROOT } from "../source-files.ts";

/** A copy of the project in which a recipe is followed. It remembers which files were touched. */
export class ProjectCopy {
  readonly root = mkdtempSync(join(tmpdir(), "sbi-recipes-"));
  readonly touched = new Set<string>();

  constructor() {
    for (const file of projectFiles()) {
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      cpSync(ROOT + file, join(this.root, file));
    }
    cpSync(`${ROOT}seeds/data`, join(this.root, "seeds/data"), { recursive: true });
    symlinkSync(`${ROOT}node_modules`, join(this.root, "node_modules"));
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }

  write(file: string, text: string): void {
    this.touched.add(file);
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  /** Puts `text` behind `anchor`, which stands in the file once. */
  insertAfter(file: string, anchor: string, text: string): void {
    const parts = this.read(file).split(anchor);
    if (parts.length !== 2)
      throw new Error(`${file} has '${anchor}' ${parts.length - 1} times, expected once`);
    this.write(file, parts.join(anchor + text));
  }

  /** @returns the exit code and everything that was printed */
  run(command: string, args: readonly string[], env: Record<string, string> = {}) {
    const { DATABASE_URL: _server, VITEST: _vitest, ...inherited } = process.env;
    return new Promise<{ code: number; output: string }>((resolve) => {
      const child = execFile(
        command,
        args,
        { cwd: this.root, env: { ...inherited, ...env }, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          resolve({ code: error ? (child.exitCode ?? 1) : 0, output: stdout + stderr }),
      );
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
