import type { CommandJson } from "../../api/kinds.ts";

/** What stands in the form of a command, as parameters for the device, and the names of fields that must be filled. */
export function parametersOf(
  command: CommandJson,
  form: FormData,
): { readonly values: Readonly<Record<string, unknown>>; readonly missing: readonly string[] } {
  const values: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const parameter of command.parameters) {
    const text = String(form.get(parameter.name) ?? "").trim();
    // Whoever does something dangerous says why, also where the device could do without.
    const wanted = parameter.required || (command.dangerous && parameter.name === "reason");
    if (text === "") {
      if (wanted) missing.push(parameter.name);
      continue;
    }
    if (parameter.type === "number") values[parameter.name] = Number(text);
    else if (parameter.type === "boolean") values[parameter.name] = text === "true";
    else values[parameter.name] = text;
  }
  return { values, missing };
}
