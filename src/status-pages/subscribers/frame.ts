// In: what an answer about subscriptions says. Out: the whole document around it, in the look of its page.
import { html } from "../html";
import type { PageKeeper } from "../keeper";
import { assetNames } from "../page/assets";
import { createContext } from "../page/context";
import { plainDocument } from "../page/document";
import type { StatusPage } from "../repository";
import type { FrontAnswer } from "./front";

/** Rejects only for a page that could never be built. */
export const createFrame =
  (keeper: Pick<PageKeeper, "shelfOf">) =>
  async (page: StatusPage, { language, sheet }: FrontAnswer): Promise<string> => {
    const { view } = await keeper.shelfOf(page);
    return plainDocument(createContext(view, language, ""), {
      title: `${sheet.title} · ${page.title}`,
      body: html`<div class="sheet">${sheet.main}</div>`,
      files: assetNames(view),
    });
  };
