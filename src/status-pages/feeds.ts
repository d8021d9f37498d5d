// In: the view of a page. Out: what happens to it as Atom (RFC 4287), RSS 2.0 and JSON Feed.
import type { Feed } from "feed";
import { escapeHtml } from "../lib/escape-markup";
import { toXmlText } from "../lib/xml-text";
import { type FeedEntry, feedEntriesOf } from "./feed-entries";
import { feedWords } from "./feed-words";
import type { Family } from "./shelf";
import { openToScripts } from "./statuspage-json";
import type { PageView } from "./view";

type Format = "atom" | "rss" | "json";

/**
 * The package writes whole addresses only. Where nobody configured one, links are written under this name, which
 * belongs to nobody (RFC 6761), and made relative to the feed afterwards.
 */
const NOWHERE = "http://andon-feed.invalid/";

/** Of person's words; line breaks stay. */
const toHtml = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((part) => `<p>${escapeHtml(part).replaceAll("\n", "<br>")}</p>`)
    .join("");

const contentOf = (view: PageView, { text, affected }: FeedEntry): string => {
  const parts = text.trim() === "" ? [] : [toHtml(text.trim().replaceAll("\r\n", "\n"))];
  if (affected.length > 0)
    parts.push(toHtml(`${feedWords(view.page.language).affected}: ${affected.join(", ")}`));
  return parts.join("");
};

/** Titles of Atom and RSS are read as HTML, those of JSON Feed as text. */
const titleOf = (title: string, format: Format): string => (format === "json" ? title : escapeHtml(title));

const render = async (view: PageView, format: Format): Promise<string> => {
  const { Feed: FeedOfPackage } = await import("feed");
  const { page } = view;
  const base = page.url ?? NOWHERE;
  const feed: Feed = new FeedOfPackage({
    id: `urn:uuid:${page.id}`,
    title: toXmlText(feedWords(page.language).feedTitle(page.title)),
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
