// In: a page that stays shut. Out: the sheet that its reader sees: the password's form, or why not. It tells
// neither the page's title nor anything else that is behind the gate.
import { html, type Html } from "../html";
import type { PageView } from "../view";
import type { Language } from "../schema";
import { wordsOf } from "../text";
import { assetNames } from "./assets";
import { createContext } from "./context";
import { plainDocument } from "./document";

export interface Refused {
  view: PageView;
  language: Language;
  base: string;
}

const sheet = ({ view, language, base }: Refused, title: string, body: Html): string =>
  plainDocument(createContext(view, language, base), { title, body, files: assetNames(view) });

/** `problem`: what was wrong with the last try; null at the first. */
export const passwordSheet = (refused: Refused, problem: string | null): string => {
  const { gate } = wordsOf(refused.language);
  return sheet(
    refused,
    gate.title,
    html`<div class="gate">
      <h1>${gate.title}</h1>
      <p>${gate.lead}</p>
      <form method="post" action="${refused.base}password?lang=${refused.language}">
        <label for="password">${gate.label}</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus${problem !== null && html` aria-describedby="problem" aria-invalid="true"`}
        />
        ${problem !== null && html`<p class="wrong" id="problem" role="alert">${problem}</p>`}
        <button>${gate.submit}</button>
      </form>
    </div>`,
  );
};

export const forbiddenSheet = (refused: Refused): string => {
  const { gate } = wordsOf(refused.language);
  return sheet(
    refused,
    gate.forbidden,
    html`<div class="gate">
      <h1>${gate.forbidden}</h1>
      <p>${gate.forbiddenLead}</p>
    </div>`,
  );
};
