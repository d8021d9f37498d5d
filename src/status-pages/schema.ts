// In: migrations/0012. Out: the typed tables of status pages and their logos.
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { bytes, flag, json } from "../store/columns";

/** Who may read a page: everybody, whoever knows its password, or whoever has one of its addresses. */
export const VISIBILITIES = ["public", "password", "addresses"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** How an announcement looks. */
export const ANNOUNCEMENT_TONES = ["info", "warning", "critical"] as const;
export type AnnouncementTone = (typeof ANNOUNCEMENT_TONES)[number];

/** In these languages a page can be read; each has a file of words in `text`. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Times in server ms. */
export const statusPages = sqliteTable("status_pages", {
  id: text("id").primaryKey(),
  tenantId: text("tenant_id").notNull(),
  /** For those who edit it. */
  name: text("name").notNull(),
  /** In the address: one page of the whole instance. */
  slug: text("slug").notNull(),
  /** For those who read it. */
  title: text("title").notNull(),
  description: text("description").notNull(),
  /** It shows these services, and all that are in these groups. */
  serviceIds: json<string[]>("service_ids").notNull(),
  groups: json<string[]>("groups").notNull(),
  visibility: text("visibility").$type<Visibility>().notNull(),
  /** Argon2id. Null unless visibility is `password`. */
  passwordHash: text("password_hash"),
  /** Addresses and ranges, for the visibility `addresses`. */
  allowedAddresses: json<string[]>("allowed_addresses").notNull(),
  /** A host name of its own, lower-case, without a port. */
  domain: text("domain"),
  /** Empty: none. */
  announcement: text("announcement").notNull(),
  announcementTone: text("announcement_tone").$type<AnnouncementTone>().notNull(),
  /** `#rrggbb`. */
  accentColor: text("accent_color"),
  /** Where the title leads. */
  websiteUrl: text("website_url"),
  language: text("language").$type<Language>().notNull(),
  timeZone: text("time_zone").notNull(),
  /** Search engines are asked to stay away. */
  isNoindex: flag("is_noindex").notNull(),
  /** Bars and percentages. */
  showsUptime: flag("shows_uptime").notNull(),
  /** So many days of what is over stand on the page itself; the rest is on the history page. */
  showHistoryDays: integer("show_history_days").notNull(),
  /** The channel of type `email` that mails to subscribers go through. */
  emailChannelId: text("email_channel_id"),
  allowsEmailSubscribers: flag("allows_email_subscribers").notNull(),
  allowsWebhookSubscribers: flag("allows_webhook_subscribers").notNull(),
  /**
   * A folder below ANDON_MIRROR_DIR that a static copy is written to; null: none. Relative and without dot
   * segments, so that no page is written anywhere else.
   */
  mirrorDir: text("mirror_dir"),
  /** Changes with the logo; null: none. */
  logoVersion: text("logo_version"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const statusPageLogos = sqliteTable("status_page_logos", {
  pageId: text("page_id").primaryKey(),
  contentType: text("content_type").notNull(),
  bytes: bytes("bytes").notNull(),
});
