/** Control characters and the like, which no XML 1.0 document may hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_IN_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/**
 * A text in the form that xmlbuilder2 needs: line ends as `\n`, U+FFFD in the place of characters that XML cannot carry
 * (control characters, halves of surrogate pairs), and each `&` escaped. The builder escapes the rest, but keeps
 * anything that looks like an entity: the words `&amp;` would come out as `&`, and `&x;` as a document that no program
 * can read.
 */
export const cleanText = (text: string): string =>
  text.replace(/\r\n?/g, "\n").toWellFormed().replace(NOT_IN_XML, "\ufffd").replaceAll("&", "&amp;");
