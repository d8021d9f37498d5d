// In: the body of a sheet. Out: the whole HTML document around it: head, title, announcement, footer, and the
// switch of languages. No address in it is absolute but those that a person entered.
import { html, type Html } from "../html";
import { wordsOf } from "../text";
import { otherLanguages, sheetName, type PageContext, type Sheet } from "./context";
import { prose } from "./prose";

/** The icon of sheets that say nothing of the status. */
export const PLAIN_ICON = "icon.svg";

export interface DocumentParts {
  sheet: Sheet;
  /** Before the page's title in the browser's tab; null: the title alone. */
  heading: string | null;
  body: Html;
  files: AssetNames;
}

/** Names of files that never change under the same name. */
export interface AssetNames {
  style: string;
  script: string;
  logo: string | null;
}

const header = ({ view, base, language, words }: PageContext, { files }: DocumentParts): Html => {
  const { page } = view;
  const title = html`${files.logo !== null && html`<img src="${base}${files.logo}" alt="" height="40" />`}<span
      >${page.title}</span
    >`;
  return html`<header class="top-bar">
    <h1>
      ${page.websiteUrl === null ? title : html`<a href="${page.websiteUrl}" rel="noopener">${title}</a>`}
    </h1>
    ${page.description.trim() !== "" && html`<div class="lead">${prose(page.description)}</div>`}
    ${
      // A copy in a folder takes no forms.
      view.copiedAt === null &&
      html`<p class="subscribe"><a href="${base}subscribe.html?lang=${language}">${words.subscribe}</a></p>`
    }
  </header>`;
};

const announcement = ({ view, words }: PageContext): Html | null => {
  const said = view.page.announcement;
  return said === null
    ? null
    : html`<aside class="announcement ${said.tone}" aria-label="${words.announcement}">
        ${prose(said.text)}
      </aside>`;
};

const languageSwitch = ({ view, language, words, base }: PageContext, sheet: Sheet): Html =>
  html`<nav aria-label="${words.language}">
    ${otherLanguages(language).map(
      (other) =>
        html`<a href="${base}${sheetName(view, sheet, other)}" hreflang="${other}" lang="${other}"
          >${wordsOf(other).languageName}</a
        >`,
    )}
  </nav>`;

/** From first to last: what readers find of themselves, and what people see below the page. */
const FEEDS = [
  { name: "feed.atom", label: "Atom", type: "application/atom+xml" },
  { name: "feed.rss", label: "RSS", type: "application/rss+xml" },
  { name: "feed.json", label: "JSON Feed", type: "application/feed+json" },
] as const;

const feedLinks = ({ view, base }: PageContext): Html =>
  html`${FEEDS.map(
    ({ name, label, type }) =>
      html`<link
        rel="alternate"
        type="${type}"
        title="${view.page.title} (${label})"
        href="${base}${name}"
      />`,
  )}`;

const followLinks = ({ words, base }: PageContext): Html =>
  html`<nav class="follow" aria-label="${words.feeds.follow}">
    <span>${words.feeds.follow}:</span>
    ${FEEDS.map(({ name, label, type }) => html`<a href="${base}${name}" type="${type}">${label}</a>`)}
    <a href="${base}maintenance.ics" type="text/calendar">${words.feeds.calendar}</a>
  </nav>`;

/** Everything in `<head>` that each sheet has. */
const head = ({ view, base }: PageContext, title: string, files: AssetNames): Html =>
  html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    ${view.page.isNoindex && html`<meta name="robots" content="noindex, nofollow" />`}
    <title>${title}</title>
    <link rel="stylesheet" href="${base}${files.style}" />`;

/**
 * A sheet in the page's look that says nothing of its status: forms, refusals. `body` brings its own heading
 * of the first level.
 */
export const plainDocument = (
  context: PageContext,
  { title, body, files }: { title: string; body: Html; files: AssetNames },
): string =>
  html`<!doctype html>
    <html lang="${context.language}">
      <head>
        ${head(context, title, files)}
        <link rel="icon" href="${context.base}${PLAIN_ICON}" type="image/svg+xml" />
      </head>
      <body>
        <div class="page">
          <main>${body}</main>
        </div>
      </body>
    </html> `.text;

/** One of the page's own sheets. */
export const documentOf = (context: PageContext, parts: DocumentParts): string => {
  const { view, language, words, when, base } = context;
  const { page } = view;
  const title = parts.heading === null ? page.title : `${parts.heading} · ${page.title}`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        ${head(context, title, parts.files)}
        <link rel="icon" href="${base}favicon.svg" type="image/svg+xml" />
        ${feedLinks(context)}
        <script src="${base}${parts.files.script}" defer></script>
      </head>
      <body
        data-version="${view.version}"
        data-version-file="${base}version.json"
        ${view.copiedAt !== null && html` data-copy="${base}mirror.json"`}
        data-locale="${words.locale}"
        data-local-times="${words.timesLocal}"
      >
        <a class="skip" href="#status">${words.skip}</a>
        <div class="page">
          ${header(context, parts)}
          <p class="stale" id="stale" role="status" hidden>${words.stale}</p>
          <main id="status">${announcement(context)} ${parts.body}</main>
          <footer>
            <p>${words.updated}: ${when.moment(view.changedAt)}</p>
            ${view.copiedAt !== null && html`<p>${words.written}: ${when.moment(view.copiedAt)}</p>`}
            <p id="zone">${words.timesIn(page.timeZone)}</p>
            ${languageSwitch(context, parts.sheet)} ${followLinks(context)}
          </footer>
        </div>
      </body>
    </html> `.text;
};
