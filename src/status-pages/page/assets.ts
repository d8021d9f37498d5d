// In: the look of a page. Out: its style sheet, script and icon as files of the shelf. Style and script have
// their content in their names, so that browsers keep them for ever.
import { formatColor, parseColor, readableOn, type Rgb } from "../../lib/contrast";
import type { Family } from "../shelf";
import type { OverallStatus, PageView } from "../view";
import { PLAIN_ICON, type AssetNames } from "./document";
import script from "./page.client.js" with { type: "text" };
import colors from "./colors.css" with { type: "text" };
import components from "./components.css" with { type: "text" };
import page from "./page.css" with { type: "text" };
import subscribe from "./subscribe.css" with { type: "text" };

/** Of small text (WCAG 2.2, 1.4.3), with something to spare for rounding. */
const READABLE = 4.6;
/** The grounds of `page.css`. */
const LIGHT_GROUND: Rgb = [245, 246, 247];
const DARK_GROUND: Rgb = [38, 43, 48];
/** Andon's own, where nobody chose one. */
const ACCENT: Rgb = [11, 92, 173];

export const IMMUTABLE: Readonly<Record<string, string>> = {
  "cache-control": "public, max-age=31536000, immutable",
};

const STYLE = `${colors}${page}${components}${subscribe}`;

const hashOf = (text: string): string =>
  new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);

/** The style sheet's text. */
export const styleOf = ({ page }: PageView): string => {
  const accent = parseColor(page.accentColor ?? "") ?? ACCENT;
  const light = formatColor(readableOn(accent, LIGHT_GROUND, READABLE));
  const dark = formatColor(readableOn(accent, DARK_GROUND, READABLE));
  return `:root{--accent:${light}}\n@media (prefers-color-scheme:dark){:root{--accent:${dark}}}\n${STYLE}`;
};

export const logoName = (logoVersion: string): string => `logo-${logoVersion}`;

export const assetNames = (view: PageView): AssetNames => ({
  style: `style-${hashOf(styleOf(view))}.css`,
  script: `page-${hashOf(script)}.js`,
  logo: view.page.logoVersion === null ? null : logoName(view.page.logoVersion),
});

const ICON_COLORS: Readonly<Record<OverallStatus, string>> = {
  operational: "#2f9e5f",
  maintenance: "#2a7fd4",
  degraded: "#f0a500",
  partial_outage: "#c9252d",
  major_outage: "#c9252d",
};

/** As the marks of the page: each state has its shape. */
const ICON_SHAPES: Readonly<Record<OverallStatus, string>> = {
  operational: "M11 1a10 10 0 1 1-.01 0z",
  maintenance: "M1 1h20v20H1z",
  degraded: "M11 1l11 20H0z",
  partial_outage: "M7 1h8l6 6v8l-6 6H7l-6-6V7z",
  major_outage: "M7 1h8l6 6v8l-6 6H7l-6-6V7z",
};

const PLAIN =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22"><circle cx="11" cy="11" r="9" fill="none" stroke="#8a929a" stroke-width="3"/></svg>';

const icon = ({ overall }: PageView): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22"><path fill="${ICON_COLORS[overall]}" d="${ICON_SHAPES[overall]}"/></svg>`;

export const assets: Family = (view) => {
  const names = assetNames(view);
  return [
    {
      name: names.style,
      contentType: "text/css; charset=utf-8",
      headers: IMMUTABLE,
      render: () => styleOf(view),
    },
    {
      name: names.script,
      contentType: "text/javascript; charset=utf-8",
      headers: IMMUTABLE,
      render: () => script,
    },
    { name: PLAIN_ICON, contentType: "image/svg+xml", render: () => PLAIN },
    { name: "favicon.svg", contentType: "image/svg+xml", render: () => icon(view) },
  ];
};
