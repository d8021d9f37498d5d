// In: the view of a page. Out: what happens to it as Atom (RFC 4287), RSS 2.0 and JSON Feed.
import type { Feed } from "feed";
import { escapeHtml } from "../lib/escape-markup";
import { toXmlText } from "../lib/xml-text";
import { type FeedEntry, feedEntriesOf } from "./feed-entries";
import { html, type Html } from "./html";
import { inline } from "./page/prose";
import type { Family } from "./shelf";
import { openToScripts } from "./statuspage-json";
import { wordsOf } from "./text";
import type { PageView } from "./view";

type Format = "atom" | "rss" | "json";

/**
 * The package writes whole addresses only. Where nobody configured one, links are written under this name, which
 * belongs to nobody (RFC 6761), and made relative to the feed afterwards.
 */
const NOWHERE = "http://andon-feed.invalid/";

const lineAfter = (line: string, index: number): Html =>
  index === 0 ? inline(line) : html`<br />${inline(line)}`;

const paragraph = (text: string): Html => {
  const lines = text.split("\n").map(lineAfter);
  return html`<p>${lines}</p>`;
};

/** Blank lines part paragraphs; others are kept by an element, since readers have their own style. */
const contentOf = (view: PageView, { text, affected }: FeedEntry): string => {
  const parts = text
    .replaceAll("\r\n", "\n")
    .trim()
    .split(/\n\s*\n/)
    .filter((part) => part !== "");
  if (affected.length > 0) parts.push(`${wordsOf(view.page.language).affects}: ${affected.join(", ")}`);
  return html`${parts.map(paragraph)}`.text;
};

/** Titles of Atom and RSS are read as HTML, those of JSON Feed as text. */
const titleOf = (title: string, format: Format): string => (format === "json" ? title : escapeHtml(title));

const render = async (view: PageView, format: Format): Promise<string> => {
  const { Feed: FeedOfPackage } = await import("feed");
  const { page } = view;
  const base = page.url ?? NOWHERE;
  const feed: Feed = new FeedOfPackage({
    id: `urn:uuid:${page.id}`,
    title: toXmlText(wordsOf(page.language).feeds.feedTitle(page.title)),
    ...(page.description === "" ? {} : { description: toXmlText(page.description) }),
    link: base,
    language: page.language,
    updated: new Date(view.changedAt),
    generator: "Andon",
    // Minutes: how long a reader may rest.
    ttl: 5,
    feedLinks: { [format]: `${base}feed.${format}` },
    author: { name: toXmlText(page.title) },
  });
  for (const entry of feedEntriesOf(view)) {
    const content = toXmlText(contentOf(view, entry));
    feed.addItem({
      id: `urn:uuid:${entry.id}`,
      title: titleOf(toXmlText(entry.title), format),
      link: `${base}${entry.place}`,
      date: new Date(entry.at),
      published: new Date(entry.at),
      // RSS knows one text, and calls it a description.
      ...(format === "rss" ? { description: content } : { content }),
    });
  }
  const text = format === "atom" ? feed.atom1() : format === "rss" ? feed.rss2() : feed.json1();
  return page.url === null ? text.replaceAll(NOWHERE, "./") : text;
};

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  atom: "application/atom+xml; charset=utf-8",
  rss: "application/rss+xml; charset=utf-8",
  json: "application/feed+json; charset=utf-8",
};

/** Each also under the name that Statuspage gives it, so that readers can be moved over. */
const NAMES: Readonly<Record<Format, readonly string[]>> = {
  atom: ["feed.atom", "history.atom"],
  rss: ["feed.rss", "history.rss"],
  json: ["feed.json"],
};

export const feeds: Family = (view) =>
  (["atom", "rss", "json"] as const).flatMap((format) =>
    NAMES[format].map((name) => ({
      name,
      contentType: CONTENT_TYPES[format],
      render: () => render(view, format),
      headers: openToScripts(view),
    })),
  );
