/** A warning for the people who decide on an imported alert. */
export interface ImportWarning {
  /** Short and stable, for programs. */
  readonly rule: string;
  readonly message: string;
}

export type Warn = (warning: ImportWarning) => void;

/** Nobody reads more; the last one says that there are more. */
const MAX_WARNINGS = 100;

/** Collects warnings; each is kept once. */
export function collectWarnings(): { warnings: ImportWarning[]; warn: Warn } {
  const warnings: ImportWarning[] = [];
  const said = new Set<string>();
  const warn = (warning: ImportWarning) => {
    if (said.has(warning.message) || warnings.length >= MAX_WARNINGS) return;
    said.add(warning.message);
    const isLast = warnings.length === MAX_WARNINGS - 1;
    const more = { rule: "too_many_warnings", message: "there are more warnings than these" };
    warnings.push(isLast ? more : warning);
  };
  return { warnings, warn };
}
