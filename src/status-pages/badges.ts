// In: the view of a page. Out: small pictures (SVG) that others put into their own pages: how all stands, how one
// component stands, and its uptime.
import type { ServiceStatus } from "../core/events";
import { toXmlText } from "../lib/xml-text";
import { percentIn } from "./page/context";
import type { Family, Representation } from "./shelf";
import { openToScripts } from "./statuspage-json";
import { wordsOf } from "./text";
import { componentsOf, type ComponentView, type OverallStatus, type PageView, UPTIME_WINDOWS } from "./view";

/** With white text on them, contrast 4.5 or more. */
const GREEN = "#1a7f37";
const YELLOW = "#8a5a00";
const RED = "#c9252d";
const BLUE = "#0b5cad";
const GREY = "#5f6770";

const COMPONENT_COLOR: Readonly<Record<ServiceStatus, string>> = {
  operational: GREEN,
  degraded: YELLOW,
  down: RED,
  maintenance: BLUE,
};

const OVERALL_COLOR: Readonly<Record<OverallStatus, string>> = {
  operational: GREEN,
  maintenance: BLUE,
  degraded: YELLOW,
  partial_outage: RED,
  major_outage: RED,
};

/** In percent: from here on it is green, and below the second it is red. */
const GOOD_UPTIME = 99.9;
const POOR_UPTIME = 99;

const LABEL_COLOR = "#3d444d";
/** Longer names are cut: a badge stands in a line of text. */
const LONGEST_NAME = 60;

const colorOfUptime = (percent: number | null): string => {
  if (percent === null) return GREY;
  if (percent >= GOOD_UPTIME) return GREEN;
  return percent >= POOR_UPTIME ? YELLOW : RED;
};

interface Badge {
  label: string;
  message: string;
  color: string;
}

const cut = (name: string): string => {
  const signs = [...name];
  return signs.length <= LONGEST_NAME ? name : `${signs.slice(0, LONGEST_NAME - 1).join("")}…`;
};

const draw = async ({ label, message, color }: Badge): Promise<string> => {
  const { makeBadge } = await import("badge-maker");
  return makeBadge({
    label: toXmlText(label),
    message: toXmlText(message),
    color,
    labelColor: LABEL_COLOR,
    style: "flat",
  });
};

const uptimeBadges = (view: PageView, { id, name, uptime }: ComponentView): [string, Badge][] => {
  const words = wordsOf(view.page.language);
  const percentText = percentIn(words);
  return UPTIME_WINDOWS.map((window) => {
    const percent = uptime[window];
    return [
      `${id}-${window}`,
      {
        label: words.feeds.uptime(cut(name), window),
        message: percentText(percent),
        color: colorOfUptime(percent),
      },
    ];
  });
};

const listBadges = (view: PageView): [string, Badge][] => {
  const { page, overall } = view;
  const words = wordsOf(page.language).feeds;
  return [
    ["overall", { label: cut(page.title), message: words.overall[overall], color: OVERALL_COLOR[overall] }],
    ...componentsOf(view).flatMap((one): [string, Badge][] => [
      [
        one.id,
        { label: cut(one.name), message: words.component[one.status], color: COMPONENT_COLOR[one.status] },
      ],
      ...(page.showsUptime ? uptimeBadges(view, one) : []),
    ]),
  ];
};

export const badges: Family = (view) => {
  // Opened as a document it may do nothing at all.
  const headers = { ...openToScripts(view), "content-security-policy": "default-src 'none'; sandbox" };
  return listBadges(view).map(([name, badge]): Representation => ({
    name: `badges/${name}.svg`,
    contentType: "image/svg+xml; charset=utf-8",
    render: () => draw(badge),
    headers,
  }));
};
