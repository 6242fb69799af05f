/** Texts of terminals are GBK. Node reads it; a table for writing it is made of that. */

// GB 18030 reads all of GBK.
const reader = new TextDecoder("gb18030");

/** A text of fixed or open length: zeros and spaces around it are filling. */
export function readGbk(bytes: Uint8Array): string {
  let [from, to] = [0, bytes.length];
  while (from < to && isFilling(bytes[from]!)) from++;
  while (to > from && isFilling(bytes[to - 1]!)) to--;
  return reader.decode(bytes.subarray(from, to));
}

const isFilling = (byte: number) => byte === 0 || byte === 0x20;

let codes: ReadonlyMap<string, readonly number[]> | undefined;

/** Each character of two bytes. The first bytes are 81 to FE, the second ones 40 to FE without 7F. */
function allCodes(): ReadonlyMap<string, readonly number[]> {
  const strict = new TextDecoder("gbk", { fatal: true });
  const found = new Map<string, readonly number[]>();
  for (let first = 0x81; first <= 0xfe; first++) {
    for (let second = 0x40; second <= 0xfe; second++) {
      if (second === 0x7f) continue;
      try {
        const character = strict.decode(Uint8Array.of(first, second));
        // One of two codes of a character is as good as the other.
        if (!found.has(character)) found.set(character, [first, second]);
      } catch {
        // Nothing has this code.
      }
    }
  }
  return found;
}

/** A text in GBK; undefined where it has a character that GBK does not. */
export function writeGbk(text: string): Buffer | undefined {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else {
      codes ??= allCodes();
      const pair = codes.get(character);
      if (!pair) return undefined;
      bytes.push(...pair);
    }
  }
  return Buffer.from(bytes);
}
