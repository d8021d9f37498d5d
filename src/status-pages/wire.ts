// In: status pages and requests about them. Out: their API models. A password is in none of the answers.
import { t, type Static } from "elysia";
import { invalid } from "../core/errors";
import { checkName, isPlainText } from "../core/names";
import { isoMillis } from "../core/time";
import { parseHost } from "../lib/host-header";
import { parseIpRange } from "../lib/ip-address";
import { isTimeZone } from "../operations/recurrence";
import type { PageChange } from "./desk";
import type { StatusPage } from "./repository";

export const VisibilityModel = t.Union([t.Literal("public"), t.Literal("password"), t.Literal("addresses")]);
const ToneModel = t.Union([t.Literal("info"), t.Literal("warning"), t.Literal("critical")]);
const LanguageModel = t.Union([t.Literal("en"), t.Literal("de")]);
const NullableString = t.Union([t.String(), t.Null()]);

const Name = t.String({ minLength: 1, maxLength: 200 });
const ServiceIds = t.Array(t.String({ minLength: 1 }), { maxItems: 500, uniqueItems: true });
const Groups = t.Array(t.String({ minLength: 1, maxLength: 200 }), { maxItems: 200, uniqueItems: true });

const settingFields = {
  slug: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 64,
      pattern: "^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$",
      title: "small letters, digits and hyphens between them, such as plant-2",
      description:
        "The page is read at /status/{slug}. Unique on the whole instance; made from the name if absent.",
    }),
  ),
  title: t.Optional(
    t.String({ minLength: 1, maxLength: 200, description: "What readers see; the name if absent." }),
  ),
  description: t.Optional(t.String({ maxLength: 2_000, description: "A few words below the title." })),
  service_ids: t.Optional({
    ...ServiceIds,
    description: "In the order in which the page shows them; groups come where their first service stands.",
  }),
  groups: t.Optional({
    ...Groups,
    description:
      "Groups of services: the page shows all that are in them, in this order, after service_ids; within a group services stand by their `order`.",
  }),
  visibility: t.Optional(VisibilityModel),
  password: t.Optional(
    t.String({ minLength: 8, maxLength: 256, description: "Write-only. For the visibility password." }),
  ),
  allowed_addresses: t.Optional(
    t.Array(t.String({ minLength: 1, maxLength: 100 }), {
      maxItems: 200,
      description: "Addresses and ranges such as 10.0.0.0/8, for the visibility addresses.",
    }),
  ),
  domain: t.Optional(
    t.Union([t.String({ minLength: 4, maxLength: 253 }), t.Null()], {
      description: "A host name of its own, e.g. status.example.com. There the page is at the root.",
    }),
  ),
  announcement: t.Optional(t.String({ maxLength: 2_000, description: "Shown on top; empty: none." })),
  announcement_tone: t.Optional(ToneModel),
  accent_color: t.Optional(
    t.Union([t.String({ pattern: "^#[0-9a-fA-F]{6}$", title: "a colour such as #0b5cad" }), t.Null()], {
      description: "#rrggbb",
    }),
  ),
  website_url: t.Optional(
    t.Union([t.String({ maxLength: 2_000 }), t.Null()], {
      description: "Where the title leads: http or https.",
    }),
  ),
  language: t.Optional(LanguageModel),
  time_zone: t.Optional(
    t.String({ minLength: 1, maxLength: 100, description: "Of days and times, e.g. Europe/Berlin." }),
  ),
  noindex: t.Optional(t.Boolean({ description: "Search engines are asked to stay away." })),
  show_uptime: t.Optional(t.Boolean({ description: "Bars and percentages." })),
  show_history_days: t.Optional(
    t.Number({
      multipleOf: 1,
      minimum: 0,
      maximum: 90,
      description: "Days of past incidents on the page itself; older ones are on its history page.",
    }),
  ),
  email_channel_id: t.Optional(
    t.Union([t.String({ minLength: 1 }), t.Null()], {
      description:
        "A channel of type email: mails to subscribers go through it. Without it nobody can subscribe by mail.",
    }),
  ),
  allow_email_subscribers: t.Optional(t.Boolean()),
  allow_webhook_subscribers: t.Optional(t.Boolean()),
  mirror_dir: t.Optional(
    t.Union([t.String({ minLength: 1, maxLength: 200 }), t.Null()], {
      description: "A folder below ANDON_MIRROR_DIR that a static copy is written to; null: none.",
    }),
  ),
};

export const PageCreate = t.Object({ name: Name, ...settingFields }, { additionalProperties: false });
export const PagePatch = t.Object(
  { name: t.Optional(Name), ...settingFields },
  { additionalProperties: false },
);

export const PreviewBody = t.Object(
  {
    page_id: t.Optional(
      t.String({ minLength: 1, description: "Of a stored page: what is left out is taken from it." }),
    ),
    name: t.Optional(Name),
    ...settingFields,
  },
  { additionalProperties: false },
);

export const PreviewWire = t.Object({
  html: t.String({ description: "The whole document." }),
  style: t.String({ description: "Its style sheet." }),
});
export type PreviewWire = Static<typeof PreviewWire>;

export const LogoBody = t.Object(
  {
    data: t.String({
      minLength: 1,
      maxLength: 400_000,
      description: "PNG, JPEG or WebP as base64 or as a data: address, at most 256 KiB.",
    }),
  },
  { additionalProperties: false },
);

export const PageWire = t.Object({
  id: t.String(),
  name: t.String(),
  slug: t.String(),
  path: t.String({ description: "Where the page is read, on this host." }),
  title: t.String(),
  description: t.String(),
  service_ids: t.Array(t.String()),
  groups: t.Array(t.String()),
  visibility: VisibilityModel,
  has_password: t.Boolean(),
  allowed_addresses: t.Array(t.String()),
  domain: NullableString,
  announcement: t.String(),
  announcement_tone: ToneModel,
  accent_color: NullableString,
  website_url: NullableString,
  language: LanguageModel,
  time_zone: t.String(),
  noindex: t.Boolean(),
  show_uptime: t.Boolean(),
  show_history_days: t.Integer(),
  email_channel_id: NullableString,
  allow_email_subscribers: t.Boolean(),
  allow_webhook_subscribers: t.Boolean(),
  mirror_dir: NullableString,
  has_logo: t.Boolean({ description: "Read it at /api/v1/status-pages/{id}/logo." }),
  created_at: t.String(),
  updated_at: t.String(),
});
export type PageWire = Static<typeof PageWire>;

const readDomain = (text: string): string => {
  const parsed = parseHost(text.trim().replace(/\.$/, ""));
  if (parsed === null || parsed.isLiteral || parsed.port !== null || !parsed.host.includes("."))
    throw invalid("domain", "domain must be a host name such as status.example.com, without a port.");
  return parsed.host;
};

const readWebsite = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:") || url.username !== "")
    throw invalid("website_url", "website_url must be an address that begins with https:// or http://.");
  return url.href;
};

const readAddresses = (entries: readonly string[]): string[] =>
  entries.map((entry, index) => {
    const text = entry.trim();
    if (parseIpRange(text) === null)
      throw invalid(`allowed_addresses.${index}`, "This is neither an address nor a range like 10.0.0.0/8.");
    return text;
  });

/** Folders below the mirror's root; nothing that could lead out of it. */
const MIRROR_DIR = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

const readMirrorDir = (text: string): string => {
  if (!MIRROR_DIR.test(text))
    throw invalid("mirror_dir", "mirror_dir must be a folder below ANDON_MIRROR_DIR, e.g. public/status.");
  return text;
};

const readText = (field: string, text: string): string => {
  if (!text.isWellFormed()) throw invalid(field, `${field} has characters that are not text.`);
  return text;
};

const checkZone = (name: string): string => {
  if (!isTimeZone(name)) throw invalid("time_zone", "time_zone must be a name such as Europe/Berlin or UTC.");
  return name;
};

const orNull = (value: string | null, read: (text: string) => string): string | null =>
  value === null || value === "" ? null : read(value);

type Settable = keyof PageChange;

/** Throws `invalid` with the field. */
export const readPageChange = (body: Static<typeof PagePatch>): PageChange => {
  if (body.password !== undefined && !isPlainText(body.password))
    throw invalid("password", "password has characters that are not text.");
  return Object.fromEntries(
    Object.entries({
      name: body.name === undefined ? undefined : checkName("name", body.name),
      slug: body.slug,
      title: body.title === undefined ? undefined : checkName("title", body.title),
      description: body.description === undefined ? undefined : readText("description", body.description),
      serviceIds: body.service_ids,
      groups: body.groups,
      visibility: body.visibility,
      password: body.password,
      allowedAddresses:
        body.allowed_addresses === undefined ? undefined : readAddresses(body.allowed_addresses),
      domain: body.domain === undefined ? undefined : orNull(body.domain, readDomain),
      announcement:
        body.announcement === undefined ? undefined : readText("announcement", body.announcement).trim(),
      announcementTone: body.announcement_tone,
      accentColor: body.accent_color?.toLowerCase() ?? body.accent_color,
      websiteUrl: body.website_url === undefined ? undefined : orNull(body.website_url, readWebsite),
      language: body.language,
      timeZone: body.time_zone === undefined ? undefined : checkZone(body.time_zone),
      isNoindex: body.noindex,
      showsUptime: body.show_uptime,
      showHistoryDays: body.show_history_days,
      emailChannelId: body.email_channel_id,
      allowsEmailSubscribers: body.allow_email_subscribers,
      allowsWebhookSubscribers: body.allow_webhook_subscribers,
      mirrorDir: body.mirror_dir === undefined ? undefined : orNull(body.mirror_dir, readMirrorDir),
    } satisfies { [Key in Settable]: PageChange[Key] | undefined }).filter(
      ([, value]) => value !== undefined,
    ),
  );
};

/** Throws `invalid` with the field. */
export const readPage = (body: Static<typeof PageCreate>): PageChange & { name: string } => {
  if (body.service_ids === undefined && body.groups === undefined)
    throw invalid("service_ids", "Name what the page shows: service_ids, groups, or both.");
  return { ...readPageChange(body), name: checkName("name", body.name) };
};

/** `serviceExists`: services that were deleted since are left out. */
export const presentPage = (page: StatusPage, serviceExists: (id: string) => boolean): PageWire => ({
  id: page.id,
  name: page.name,
  slug: page.slug,
  path: `/status/${page.slug}`,
  title: page.title,
  description: page.description,
  service_ids: page.serviceIds.filter(serviceExists),
  groups: page.groups,
  visibility: page.visibility,
  has_password: page.passwordHash !== null,
  allowed_addresses: page.allowedAddresses,
  domain: page.domain,
  announcement: page.announcement,
  announcement_tone: page.announcementTone,
  accent_color: page.accentColor,
  website_url: page.websiteUrl,
  language: page.language,
  time_zone: page.timeZone,
  noindex: page.isNoindex,
  show_uptime: page.showsUptime,
  show_history_days: page.showHistoryDays,
  email_channel_id: page.emailChannelId,
  allow_email_subscribers: page.allowsEmailSubscribers,
  allow_webhook_subscribers: page.allowsWebhookSubscribers,
  mirror_dir: page.mirrorDir,
  has_logo: page.logoVersion !== null,
  created_at: isoMillis(page.createdAt),
  updated_at: isoMillis(page.updatedAt),
});
