/** A text for reading aloud, and the parts that were left out of it. */
export interface Spoken {
  readonly text: string;
  /** Tags, entities and signs for layout. */
  readonly hadMarkup: boolean;
  readonly links: readonly string[];
}

/** HTML's own names only: `<5 m` is no tag. */
const BREAKS =
  /<(?:br|hr)\b[^<>]*>|<\/?(?:p|div|li|ul|ol|tr|table|tbody|thead|h[1-6]|pre|blockquote)\b[^<>]*>/gi;
const HIDDEN = /<(script|style)\b[^<>]*>[^<]*<\/\1>|<!--[^<>]*-->/gi;
const TAGS =
  /<\/?(?:a|abbr|b|big|body|center|code|dd|dl|dt|em|font|html|i|img|small|span|strong|sub|sup|td|th|u)\b[^<>]*>/gi;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
]);

/** Printable ASCII but quotes, brackets and `*`: an address in a Chinese sentence ends at the next Chinese sign. */
const LINKS = /\b(?:(?:https?|ftp):\/\/|www\.)[!#-%'+-;=?@A-Z[\]_a-z~&]+/gi;

/** After an address these belong to the sentence. */
const STOPS = ".,;:!?";

/** Bullets, headings and rules of plain-text bulletins. */
const LAYOUT = /\*+|^ *#{1,6} |[=_~-]{3,}/gm;

/**
 * Leaves out of a text the parts for the eye: tags, entities that were escaped twice, links, and signs for layout. A
 * text without any comes back as it is.
 */
export function forTheEar(written: string): Spoken {
  const links: string[] = [];
  const decoded = written.replace(
    /&(#\d{1,6}|[a-z]{2,4});/gi,
    (whole, name: string) => decode(name) ?? whole,
  );
  const untagged = decoded.replace(HIDDEN, " ").replace(BREAKS, "\n").replace(TAGS, "");
  const unlinked = untagged.replace(LINKS, (link) => {
    let end = link.length;
    while (STOPS.includes(link[end - 1]!)) end--;
    links.push(link.slice(0, end));
    return link.slice(end);
  });
  const plain = unlinked.replace(LAYOUT, " ");
  const hadLayout = plain !== unlinked;
  const hadMarkup = untagged !== written || hadLayout;
  if (!hadMarkup && links.length === 0) return { text: written, hadMarkup, links };
  // `...HEADING...` is layout where bullets are; elsewhere it is a pause.
  const paused = hadLayout ? plain.replace(/\.{3,}/g, ". ") : plain;
  const text = paused
    .replace(/\(\s*\)|（\s*）|\[\s*\]|【\s*】/g, "")
    .split("\n")
    .map((line) =>
      line
        .replace(/[ \t\u00a0]+/g, " ")
        .replace(/^[\s.]+/, "")
        .trimEnd()
        .replace(/ ([.,;:!?])/g, "$1"),
    )
    .filter((line) => line !== "")
    .join("\n")
    .trim();
  return { text, hadMarkup, links };
}

function decode(name: string): string | undefined {
  if (!name.startsWith("#")) return ENTITIES.get(name.toLowerCase());
  const code = Number(name.slice(1));
  const isText =
    code === 9 || code === 10 || (code >= 32 && code < 0xd800) || (code > 0xdfff && code < 0xfffe);
  return isText ? String.fromCodePoint(code) : undefined;
}
