// In: a view. Out: the pages that readers open, in each language, as files of the shelf: the status itself
// and the history.
import { html, type Html } from "../html";
import { LANGUAGES, type Language } from "../schema";
import type { Family, Representation } from "../shelf";
import type { PageView } from "../view";
import { assetNames } from "./assets";
import { componentsSection } from "./components";
import { createContext, sheetName, type PageContext, type Sheet } from "./context";
import { documentOf } from "./document";
import { daysBack, maintenanceSections, openSection, pastDays, postsSection } from "./events";
import { mark, statusOf } from "./marks";

const overallText = ({ view, words, components }: PageContext): string => {
  if (components.size === 0 && view.overall === "operational") return words.overallEmpty;
  const isWell = [...components.values()].every(
    ({ status }) => status === "operational" || status === "maintenance",
  );
  return view.overall === "degraded" && isWell ? words.overallIncident : words.overall[view.overall];
};

const overallBanner = (context: PageContext): Html => {
  const status = statusOf(context.view.overall);
  return html`<div class="overall ${status}" id="overall" role="status">
    ${mark(status)}
    <p>${overallText(context)}</p>
  </div>`;
};

const pastSection = (context: PageContext): Html | null => {
  const { view, words, base, language } = context;
  const days = view.page.showHistoryDays;
  const more = html`<p class="more">
    <a href="${base}${sheetName(view, "history", language)}">${words.history}</a>
  </p>`;
  if (days === 0) return html`<section>${more}</section>`;
  return html`<section aria-labelledby="past">
    <h2 id="past">${words.past}</h2>
    ${pastDays(context, daysBack(context, days)) ?? html`<p class="quiet">${words.pastQuiet(days)}</p>`}
    ${more}
  </section>`;
};

const indexBody = (context: PageContext): Html =>
  html`${overallBanner(context)} ${openSection(context)} ${postsSection(context)}
  ${maintenanceSections(context)} ${componentsSection(context)} ${pastSection(context)}`;

const historyBody = (context: PageContext): Html => {
  const { view, words, base, language } = context;
  return html`<p class="more"><a href="${base}${sheetName(view, "index", language)}">${words.back}</a></p>
    ${openSection(context)} ${postsSection(context)}
    <section aria-labelledby="history">
      <h2 id="history">${words.historyTitle}</h2>
      ${pastDays(context, 0) ?? html`<p class="quiet">${words.historyQuiet}</p>`}
    </section>`;
};

/** The whole document of a sheet. `base`: see `PageContext`. */
export const renderSheet = (
  view: PageView,
  sheet: Sheet,
  { language, base }: { language: Language; base: string },
): string => {
  const context = createContext(view, language, base);
  return documentOf(context, {
    sheet,
    heading: sheet === "history" ? context.words.historyTitle : overallText(context),
    body: sheet === "history" ? historyBody(context) : indexBody(context),
    files: assetNames(view),
  });
};

const HTML_TYPE = "text/html; charset=utf-8";

/** The status as it is read at `/status/{slug}`, without a slash: from there its files are one step further. */
export const slashlessName = (language: Language): string => `@${language}`;

export const sheets: Family = (view) => {
  const file = (name: string, sheet: Sheet, language: Language, base: string): Representation => ({
    name,
    contentType: HTML_TYPE,
    render: () => renderSheet(view, sheet, { language, base }),
  });
  return LANGUAGES.flatMap((language): Representation[] => [
    file(sheetName(view, "index", language), "index", language, ""),
    file(sheetName(view, "history", language), "history", language, ""),
    { ...file(slashlessName(language), "index", language, `${view.page.slug}/`), isLiveOnly: true },
  ]);
};
