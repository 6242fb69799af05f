import { dirname, join } from "node:path/posix";
import { parseAst } from "vitest/node";

/** A node of a syntax tree, as the parser gives it. */
interface TreeNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** One function, method or arrow. */
export interface MeasuredFunction {
  /** Its name, with those of the functions around it; `it` and `describe` are named by what they say. */
  readonly name: string;
  /** The line on which it begins. */
  readonly line: number;
  /** From its first to its last line, what lies in it included. */
  readonly lines: number;
  /** Without the functions in it: what has to be read in one go. */
  readonly ownLines: number;
  /**
   * Cognitive complexity: one for each branch, loop, `catch` and change between `&&` and `||`, and one more for each
   * of these that it lies in. A function in it is counted for itself.
   */
  readonly complexity: number;
  /** The most branches, loops and `catch` that lie in each other. */
  readonly depth: number;
  /** It holds tests: what a test's file is made of, and no piece of work. */
  readonly holdsTests: boolean;
}

/** One file. */
export interface MeasuredFile {
  readonly functions: readonly MeasuredFunction[];
  /** Names that it exports, of types too; an index.ts hands on those of others. */
  readonly exports: number;
  /** Folders of the project, other than its own, that it imports from. */
  readonly imports: readonly string[];
}

const isNode = (value: unknown): value is TreeNode =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

/** Children in the order of the source. */
function childrenOf(node: TreeNode): TreeNode[] {
  const children: TreeNode[] = [];
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) for (const one of value) isNode(one) && children.push(one);
    else if (isNode(value)) children.push(value);
  }
  return children;
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
const LOOPS = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
const NESTING = new Set([...LOOPS, "IfStatement", "SwitchStatement", "CatchClause", "ConditionalExpression"]);
const HOLDS_TESTS = /^(describe|suite|flows)\b/;

const textOf = (node: unknown, source: string) =>
  isNode(node) ? source.slice(node.start, node.end).replace(/\s+/g, " ").slice(0, 60) : "";

/** What a function is called where it is made: by its own name, that of its variable or key, or whom it is given to. */
function nameOf(node: TreeNode, parent: TreeNode | undefined, source: string): string {
  if (isNode(node.id)) return textOf(node.id, source);
  if (!parent) return "";
  if (parent.type === "VariableDeclarator" && isNode(parent.id)) return String(parent.id.name ?? "");
  if (parent.type === "AssignmentExpression") return textOf(parent.left, source);
  if (isNode(parent.key)) return textOf(parent.key, source);
  if (parent.type !== "CallExpression") return "";
  const [first] = parent.arguments as TreeNode[];
  const callee = textOf(parent.callee, source);
  const said =
    first?.type === "Literal" || first?.type === "TemplateLiteral" ? ` ${textOf(first, source)}` : "";
  return `${callee}(${said.trim()})`;
}

/** What a node adds to the complexity of its function, the depth that it lies at not counted. */
function weightOf(node: TreeNode, parent: TreeNode): number {
  if (node.type === "LogicalExpression") {
    return parent.type === "LogicalExpression" && parent.operator === node.operator ? 0 : 1;
  }
  // A plain `else`; `else if` is the next branch.
  if (node === parent.alternate && parent.type === "IfStatement" && node.type !== "IfStatement") return 1;
  return 0;
}

/** Measures what is not in a function of its own. */
function measureBody(root: TreeNode): { complexity: number; depth: number } {
  let complexity = 0;
  let deepest = 0;
  const walk = (node: TreeNode, parent: TreeNode, depth: number) => {
    if (FUNCTIONS.has(node.type)) return;
    complexity += weightOf(node, parent);
    const isElseIf =
      node.type === "IfStatement" && parent.type === "IfStatement" && node === parent.alternate;
    const nests = NESTING.has(node.type);
    if (nests) complexity += isElseIf ? 1 : 1 + depth;
    const inside = nests && !isElseIf ? depth + 1 : depth;
    deepest = Math.max(deepest, inside);
    for (const child of childrenOf(node)) walk(child, node, inside);
  };
  for (const child of childrenOf(root)) walk(child, root, 0);
  return { complexity, depth: deepest };
}

function functionsOf(program: TreeNode, source: string): MeasuredFunction[] {
  const functions: MeasuredFunction[] = [];
  const ends = [...source.matchAll(/\n/g)].map(({ index }) => index);
  const lineAt = (offset: number) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
  /** Of functions over several lines; the first and the last of each are shared with what is around. */
  const linesOfInner = (node: TreeNode): number =>
    childrenOf(node).reduce((sum, child) => {
      if (!FUNCTIONS.has(child.type)) return sum + linesOfInner(child);
      return sum + Math.max(0, lineAt(child.end) - lineAt(child.start) - 1);
    }, 0);
  const walk = (node: TreeNode, parent: TreeNode | undefined, way: string) => {
    let inside = way;
    if (FUNCTIONS.has(node.type)) {
      const own = nameOf(node, parent, source);
      inside = [way, own].filter((part) => part !== "").join(" › ");
      const line = lineAt(node.start);
      const lines = lineAt(node.end) - line + 1;
      functions.push({
        name: inside === "" ? "(no name)" : inside,
        line,
        lines,
        ownLines: lines - linesOfInner(node),
        ...measureBody(node),
        holdsTests: HOLDS_TESTS.test(own),
      });
    } else if (node.type === "ClassDeclaration") inside = [way, textOf(node.id, source)].join("");
    for (const child of childrenOf(node)) walk(child, node, inside);
  };
  walk(program, undefined, "");
  return functions;
}

function exportsOf(program: TreeNode): number {
  let count = 0;
  for (const node of program.body as TreeNode[]) {
    if (node.type === "ExportDefaultDeclaration" || node.type === "ExportAllDeclaration") count++;
    if (node.type !== "ExportNamedDeclaration") continue;
    const declared = isNode(node.declaration) ? node.declaration : undefined;
    const list = declared ? (declared.declarations ?? [declared]) : node.specifiers;
    count += (list as readonly unknown[]).length;
  }
  return count;
}

/** @param file its path in the project */
export function measure(file: string, source: string): MeasuredFile {
  const program = parseAst(source, { lang: "ts" }) as unknown as TreeNode;
  const here = dirname(file);
  const folders = new Set<string>();
  for (const { source: from } of program.body as TreeNode[]) {
    const specifier = isNode(from) ? String(from.value) : "";
    if (!specifier.startsWith(".")) continue;
    const folder = dirname(join(here, specifier));
    if (folder !== here) folders.add(folder);
  }
  return {
    functions: functionsOf(program, source),
    exports: exportsOf(program),
    imports: [...folders].sort(),
  };
}
