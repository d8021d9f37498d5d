// In: a view, a language and where the page stands. Out: what every part of the page's HTML needs: words,
// times, numbers and addresses, all of them relative.
import type { Language } from "../schema";
import { wordsOf, type Words } from "../text";
import { LANGUAGES } from "../schema";
import { componentsOf, type ComponentView, type PageView } from "../view";
import { createWhen, type When } from "./when";

/** The pages that readers open. */
export type Sheet = "index" | "history";

export interface PageContext {
  view: PageView;
  language: Language;
  words: Words;
  when: When;
  /** Before every address: empty, or the slug where the page is read without a slash at its end. */
  base: string;
  components: ReadonlyMap<string, ComponentView>;
  percent: (value: number | null) => string;
}

/** Cut, never rounded up: 100 means that there was no downtime at all. */
const cut = (value: number): number => Math.floor(Math.round(value * 100_000) / 1_000) / 100;

/** How percentages are written in a language; null: no data. */
export const percentIn = (words: Words): ((value: number | null) => string) => {
  const numbers = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 2 });
  return (value) => (value === null ? words.noData : `${numbers.format(cut(value))}\u00a0%`);
};

export const createContext = (view: PageView, language: Language, base: string): PageContext => {
  const words = wordsOf(language);
  return {
    view,
    language,
    words,
    when: createWhen(words, view.page.timeZone),
    base,
    components: new Map(componentsOf(view).map((component) => [component.id, component])),
    percent: percentIn(words),
  };
};

/** As a file's name: the page's own language has the plain one. */
export const sheetName = (view: PageView, sheet: Sheet, language: Language): string =>
  language === view.page.language ? `${sheet}.html` : `${sheet}.${language}.html`;

export const otherLanguages = (language: Language): Language[] => LANGUAGES.filter((one) => one !== language);
