// In: a text that a person or a sender wrote. Out: HTML of it: lines stay lines, web addresses become links,
// and nothing else means anything.
import { html, type Html } from "../html";

const ADDRESS = /(https?:\/\/[^\s<>"']+)/;
/** What ends a sentence does not belong to the address in it. */
const TRAILING = /[.,;:!?)\]}»”]+$/;

const isLink = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "";
};

const linkOf = (text: string): Html => {
  const address = text.replace(TRAILING, "");
  if (!isLink(address)) return html`${text}`;
  return html`<a href="${address}" rel="nofollow noopener noreferrer">${address}</a
    >${text.slice(address.length)}`;
};

/** In the midst of a line: no lines of its own. */
export const inline = (text: string): Html =>
  html`${text.split(ADDRESS).map((part, index) => (index % 2 === 1 ? linkOf(part) : part))}`;

/** Blank lines part paragraphs; single ones are kept by the style. */
export const prose = (text: string): Html =>
  html`${text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => html`<p class="prose">${inline(paragraph)}</p>`)}`;
