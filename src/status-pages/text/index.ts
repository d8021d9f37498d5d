// In: a language. Out: its words. A new language is a file beside this one, a line here, and its code in
// `LANGUAGES`.
import type { Language } from "../schema";
import { de } from "./de";
import { en } from "./en";
import type { Words } from "./words";

export type { Words } from "./words";

const WORDS: Readonly<Record<Language, Words>> = { en, de };

export const wordsOf = (language: Language): Words => WORDS[language];
