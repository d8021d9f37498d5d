// In: a status page, or none, and what people typed. Out: the draft that the editor changes, and what the server
// is told. Pure.
import type { StatusPage, StatusPageBody } from "../api/status-pages";
import { text } from "../text/en";
import { browserZone } from "./maintenance-draft";

/** As the fields hold it. */
export interface PageDraft {
  name: string;
  title: string;
  description: string;
  serviceIds: readonly string[];
  groups: readonly string[];
  announcement: string;
  tone: StatusPage["announcement_tone"];
  /** Empty: Andon's own. */
  color: string;
  website: string;
  language: StatusPage["language"];
  timeZone: string;
  showsUptime: boolean;
  historyDays: string;
  visibility: StatusPage["visibility"];
  /** Empty: as it is. */
  password: string;
  /** One per line. */
  addresses: string;
  isNoindex: boolean;
  /** Empty: made of the name. */
  slug: string;
  domain: string;
  mirrorDir: string;
  /** Empty: none. */
  channelId: string;
  allowsEmail: boolean;
  allowsWebhooks: boolean;
}

export const emptyPage = (): PageDraft => ({
  name: "",
  title: "",
  description: "",
  serviceIds: [],
  groups: [],
  announcement: "",
  tone: "info",
  color: "",
  website: "",
  language: "en",
  timeZone: browserZone(),
  showsUptime: true,
  historyDays: "15",
  visibility: "public",
  password: "",
  addresses: "",
  isNoindex: false,
  slug: "",
  domain: "",
  mirrorDir: "",
  channelId: "",
  allowsEmail: true,
  allowsWebhooks: false,
});

export const pageDraftOf = (page: StatusPage): PageDraft => ({
  name: page.name,
  title: page.title === page.name ? "" : page.title,
  description: page.description,
  serviceIds: page.service_ids,
  groups: page.groups,
  announcement: page.announcement,
  tone: page.announcement_tone,
  color: page.accent_color ?? "",
  website: page.website_url ?? "",
  language: page.language,
  timeZone: page.time_zone,
  showsUptime: page.show_uptime,
  historyDays: String(page.show_history_days),
  visibility: page.visibility,
  password: "",
  addresses: page.allowed_addresses.join("\n"),
  isNoindex: page.noindex,
  slug: page.slug,
  domain: page.domain ?? "",
  mirrorDir: page.mirror_dir ?? "",
  channelId: page.email_channel_id ?? "",
  allowsEmail: page.allow_email_subscribers,
  allowsWebhooks: page.allow_webhook_subscribers,
});

const orNull = (value: string): string | null => value.trim() || null;

/** What is saved. */
export const pageBodyOf = (draft: PageDraft): StatusPageBody => {
  const name = draft.name.trim();
  const slug = draft.slug.trim();
  return {
    name,
    title: draft.title.trim() || name,
    description: draft.description.trim(),
    service_ids: [...draft.serviceIds],
    groups: [...draft.groups],
    announcement: draft.announcement.trim(),
    announcement_tone: draft.tone,
    accent_color: orNull(draft.color),
    website_url: orNull(draft.website),
    language: draft.language,
    time_zone: draft.timeZone,
    show_uptime: draft.showsUptime,
    show_history_days: Number(draft.historyDays),
    visibility: draft.visibility,
    // A password that nobody typed is not sent: the stored one stays.
    ...(draft.visibility === "password" && draft.password !== "" ? { password: draft.password } : {}),
    allowed_addresses: draft.addresses.split(/[\s,]+/).filter((address) => address !== ""),
    noindex: draft.isNoindex,
    ...(slug === "" ? {} : { slug }),
    domain: orNull(draft.domain.toLowerCase()),
    mirror_dir: orNull(draft.mirrorDir),
    email_channel_id: orNull(draft.channelId),
    allow_email_subscribers: draft.allowsEmail,
    allow_webhook_subscribers: draft.allowsWebhooks,
  };
};

/** What of the draft is seen on the page: the rest would only make the preview fail. */
export const previewBodyOf = (draft: PageDraft): Partial<StatusPageBody> | null => {
  const body = pageBodyOf(draft);
  const days = body.show_history_days;
  if (body.service_ids.length === 0 && body.groups.length === 0) return null;
  return {
    name: body.name || text.statusPages.add,
    title: body.title || text.statusPages.add,
    description: body.description,
    service_ids: body.service_ids,
    groups: body.groups,
    announcement: body.announcement,
    announcement_tone: body.announcement_tone,
    language: body.language,
    time_zone: body.time_zone,
    show_uptime: body.show_uptime,
    ...(Number.isInteger(days) && days >= 0 && days <= 90 ? { show_history_days: days } : {}),
    ...(body.accent_color === null || /^#[0-9a-f]{6}$/i.test(body.accent_color)
      ? { accent_color: body.accent_color }
      : {}),
  };
};

/** From the name of a field of the API to what is wrong with it. */
export type PageFaults = Readonly<Record<string, string>>;

/** What can be said without the server. */
export const findPageFaults = (draft: PageDraft, hasPassword: boolean): PageFaults => {
  const words = text.statusPages.form;
  const faults: Record<string, string> = {};
  if (draft.name.trim() === "") faults["name"] = words.needed;
  if (draft.serviceIds.length === 0 && draft.groups.length === 0) faults["service_ids"] = words.nothing;
  if (draft.visibility === "password" && !hasPassword && draft.password.length < 8)
    faults["password"] = words.passwordHint;
  if (draft.visibility === "addresses" && draft.addresses.trim() === "")
    faults["allowed_addresses"] = words.addressesHint;
  if (!/^\d{1,2}$/.test(draft.historyDays.trim())) faults["show_history_days"] = words.historyHint;
  return faults;
};
