import { createContext, use } from "react";

export type Language = "zh" | "en";

/** A text, or a function that makes one from numbers and names. */
type Text = string | ((...values: never[]) => string);
export interface TextTree {
  readonly [key: string]: Text | TextTree;
}

/** The same keys and parameters, other words. */
type Same<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string
    ? (...values: V) => string
    : T[K] extends string
      ? string
      : Same<T[K]>;
};

export interface Texts<T> {
  readonly zh: Same<T>;
  readonly en: Same<T>;
}

/** Texts of a page or component: Chinese says which there are, and the compiler sees that English has them all. */
export const defineTexts = <const T extends TextTree>(zh: T, en: Same<T>): Texts<T> => ({
  zh: zh as unknown as Same<T>,
  en,
});

export const LanguageContext = createContext<Language>("zh");
export const useLanguage = (): Language => use(LanguageContext);

/** The texts in the language that is chosen now. */
export const useTexts = <T>(texts: Texts<T>): Same<T> => texts[useLanguage()];
