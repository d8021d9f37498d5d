// In: what an answer about subscriptions says. Out: the whole document around it, in the look of its page; and
// the sheet of a static copy, which takes no forms.
import { html } from "../html";
import type { PageKeeper } from "../keeper";
import { assetNames } from "../page/assets";
import { createContext } from "../page/context";
import { plainDocument } from "../page/document";
import type { StatusPage } from "../repository";
import type { Language } from "../schema";
import type { Family } from "../shelf";
import type { PageView } from "../view";
import { elsewhereSheet, type Sheet } from "./forms";
import type { FrontAnswer } from "./front";

/** Where the page's own sheets lead; there the live page answers itself. */
export const SUBSCRIBE_FILE = "subscribe.html";

const documentOf = (view: PageView, language: Language, { title, main }: Sheet): string =>
  plainDocument(createContext(view, language, ""), {
    title: `${title} · ${view.page.title}`,
    body: html`<div class="sheet">${main}</div>`,
    files: assetNames(view),
  });

/** Rejects only for a page that could never be built. */
export const createFrame =
  (keeper: Pick<PageKeeper, "shelfOf">) =>
  async (page: StatusPage, { language, sheet }: FrontAnswer): Promise<string> =>
    documentOf((await keeper.shelfOf(page)).view, language, sheet);

/** For static copies. */
export const subscribeFile: Family = (view) => [
  {
    name: SUBSCRIBE_FILE,
    contentType: "text/html; charset=utf-8",
    render: () => {
      const { language, title, url } = view.page;
      return documentOf(view, language, elsewhereSheet(language, title, url));
    },
  },
];
