/**
 * Finds regular expressions whose work may grow faster than the text: those of which two states read the same row of
 * characters again and again, the one beginning anew where the other is under way (`/0+$/` at each zero of a long row), and
 * that can still fail behind it. Backtracking then tries each pair of places: a minute for 256 KiB.
 *
 * A pattern becomes an automaton whose states read one character each. Assertions are passed by as if they held, lookbehinds
 * and back references are left out, and counted repetitions stand once or twice, so what is found may be harmless, and
 * is looked at by a person.
 */

interface State {
  /** What it reads, as source of a pattern. */
  readonly atom: string;
  readonly next: Edge[];
}

interface Edge {
  readonly to: State | "end";
  /** Whether something has to hold there, so that the match may fail. */
  readonly asserted: boolean;
}

/** A part of a pattern: where it may begin, where it may end, whether it may be empty, and whether only if something holds. */
interface Part {
  readonly first: Place[];
  readonly last: Place[];
  readonly empty: "no" | "asserted" | "yes";
}
interface Place {
  readonly state: State;
  readonly asserted: boolean;
}

const NOTHING: Part = { first: [], last: [], empty: "yes" };
const asserted = (places: readonly Place[], if_: boolean): Place[] =>
  if_ ? places.map(({ state }) => ({ state, asserted: true })) : [...places];

class Automaton {
  readonly states: State[] = [];
  readonly atoms = new Set<string>();
  /** Where a search may begin that is not at the beginning of the text. */
  readonly begin: State = { atom: "", next: [] };
  private readonly source: string;
  private readonly multiline: boolean;
  private at = 0;

  constructor(source: string, flags: string) {
    this.source = source;
    this.multiline = flags.includes("m");
    const whole = this.alternatives();
    for (const { state, asserted } of whole.first) this.begin.next.push({ to: state, asserted });
    for (const { state, asserted } of whole.last) state.next.push({ to: "end", asserted });
    if (!flags.includes("y")) {
      this.begin.next.push({ to: this.begin, asserted: false });
      this.states.push(this.begin);
    }
  }

  private alternatives(): Part {
    const parts = [this.sequence()];
    while (this.source[this.at] === "|") {
      this.at++;
      parts.push(this.sequence());
    }
    return {
      first: parts.flatMap(({ first }) => first),
      last: parts.flatMap(({ last }) => last),
      empty: parts.some(({ empty }) => empty === "yes")
        ? "yes"
        : parts.some(({ empty }) => empty !== "no")
          ? "asserted"
          : "no",
    };
  }

  private sequence(): Part {
    let whole = NOTHING;
    let isAtStart = false;
    while (this.at < this.source.length && this.source[this.at] !== "|" && this.source[this.at] !== ")") {
      if (this.source[this.at] === "^" && !this.multiline) isAtStart = true;
      whole = this.join(whole, this.quantified());
    }
    // Only at the beginning of the text: no search begins there anew.
    return isAtStart ? { ...whole, first: [] } : whole;
  }

  private join(a: Part, b: Part): Part {
    for (const { state, asserted: before } of a.last)
      for (const { state: to, asserted: behind } of b.first)
        state.next.push({ to, asserted: before || behind });
    return {
      first: [...a.first, ...(a.empty === "no" ? [] : asserted(b.first, a.empty === "asserted"))],
      last: [...b.last, ...(b.empty === "no" ? [] : asserted(a.last, b.empty === "asserted"))],
      empty:
        a.empty === "no" || b.empty === "no"
          ? "no"
          : a.empty === "yes" && b.empty === "yes"
            ? "yes"
            : "asserted",
    };
  }

  private quantified(): Part {
    const from = this.at;
    const part = this.term();
    const [found, least, comma, most] =
      /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.at)) ?? [];
    if (found === undefined) return part;
    const behind = this.at + found.length;
    const isEndless = found[0] === "*" || found[0] === "+" || (comma === "," && most === "");
    const isOptional = found[0] === "*" || found[0] === "?" || least === "0";
    if (isEndless) {
      for (const { state, asserted: before } of part.last)
        for (const { state: to, asserted: after } of part.first)
          state.next.push({ to, asserted: before || after });
    }
    let whole = part;
    if (Number(least) > 1) {
      // Once more, so that a row of two is one.
      this.at = from;
      whole = this.join(this.term(), part);
    }
    this.at = behind;
    return isOptional ? { ...whole, empty: "yes" } : whole;
  }

  private term(): Part {
    const rest = this.source.slice(this.at);
    const group = /^\((?:\?(?::|<(?![=!])[^>]*>|<?[=!]|[a-z-]+:))?/.exec(rest)?.[0];
    if (group === undefined) return this.atom(rest);
    this.at += group.length;
    const states = this.states.length;
    const inner = this.alternatives();
    this.at++;
    if (!/[=!]$/.test(group)) return inner;
    if (group.includes("<")) {
      this.states.length = states;
      return { ...NOTHING, empty: "asserted" };
    }
    // It is read ahead, and then what stands behind it.
    return { first: asserted(inner.first, true), last: [], empty: "asserted" };
  }

  private atom(rest: string): Part {
    const [atom = "", simple] =
      /^(?:(\^|\$|\\[bB]|\\[1-9k](?:<[^>]*>)?)|\[(?:\\.|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Z]|.)|[\s\S])/su.exec(
        rest,
      ) ?? [];
    this.at += atom.length;
    if (simple !== undefined) return { ...NOTHING, empty: "asserted" };
    const state: State = { atom, next: [] };
    this.states.push(state);
    this.atoms.add(atom);
    return { first: [{ state, asserted: false }], last: [{ state, asserted: false }], empty: "no" };
  }
}

/** Some of every sort, beside those that stand in the pattern. */
const SAMPLES = [
  ..."aZ05_ \n\t\r-.,:;!?'\"\\/(){}[]<>=&#@%^~|+*字。，é\u{1}\u{a0}\u{fffd}\u{1f600}",
  "\ud800",
];

/** @returns a character that is read again and again, where the work of a pattern may grow faster than the text */
export function wherePatternsWait(source: string, flags: string): string | undefined {
  const automaton = new Automaton(source, flags);
  const { states, atoms } = automaton;
  const literal = [
    ...source.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
  ];
  const samples = [...new Set([...SAMPLES, ...literal])];
  const unicode = flags.replaceAll(/[^iuvs]/g, "");
  const reads = new Map<string, Set<string>>();
  reads.set("", new Set(samples));
  for (const atom of atoms) {
    const pattern = new RegExp(`^(?:${atom})$`, unicode);
    reads.set(atom, new Set(samples.filter((sample) => pattern.test(sample))));
  }
  const readsOf = (state: State) => reads.get(state.atom)!;
  const after = (state: State): State[] => [
    ...new Set(state.next.flatMap(({ to }) => (to === "end" ? [] : [to]))),
  ];
  const mayFail = (state: State) => !state.next.some(({ to, asserted }) => to === "end" && !asserted);
  const number = new Map(states.map((state, i) => [state, i]));
  const key = (triple: readonly State[]) => triple.map((state) => number.get(state)).join(" ");

  /** Whether, on one row of characters, `p` comes back to itself and also to `q`, and `q` to itself. */
  const waits = (p: State, q: State): string | undefined => {
    const goal = key([p, q, q]);
    const seen = new Set<string>();
    let open: { triple: [State, State, State]; text: string }[] = [{ triple: [p, p, q], text: "" }];
    while (open.length > 0 && seen.size < 50_000) {
      const next: typeof open = [];
      for (const { triple, text } of open) {
        for (const a of after(triple[0]))
          for (const b of after(triple[1]))
            for (const c of after(triple[2])) {
              const name = key([a, b, c]);
              if (seen.has(name)) continue;
              const sample = [...readsOf(a)].find((one) => readsOf(b).has(one) && readsOf(c).has(one));
              if (sample === undefined) continue;
              if (name === goal) return text + sample;
              seen.add(name);
              next.push({ triple: [a, b, c], text: text + sample });
            }
      }
      open = next;
    }
    return undefined;
  };

  const reach = (from: State): Set<State> => {
    const found = new Set<State>();
    const todo = after(from);
    for (let state = todo.pop(); state; state = todo.pop()) {
      if (found.has(state)) continue;
      found.add(state);
      todo.push(...after(state));
    }
    return found;
  };
  const reached = new Map(states.map((state) => [state, reach(state)]));
  const loops = states.filter((state) => reached.get(state)!.has(state));
  // By two ways from one character to the next, as in `(a+)+`.
  for (const p of loops) {
    const next = p.next.filter(({ to }) => to !== "end" && reached.get(to)!.has(p)).map(({ to }) => to);
    if (mayFail(p) && new Set(next).size < next.length) return [...readsOf(p)][0];
  }
  for (const p of loops)
    for (const q of loops) {
      if (p === q || !mayFail(q) || !reached.get(p)!.has(q)) continue;
      const text = waits(p, q);
      if (text !== undefined) return text;
    }
  return undefined;
}
