// In: subscribers and requests about them. Out: their API models, for editors: the one place where addresses
// leave the program.
import { t, type Static } from "elysia";
import { mailboxOf } from "../../channels/email/mailbox";
import { invalid } from "../../core/errors";
import { isoMillis, isoMillisOrNull } from "../../core/time";
import { csvLine } from "../../lib/csv";
import { isUsableSecret } from "../../lib/hmac";
import { MASK } from "../../lib/secrets";
import { pageFields } from "../../http/models";
import type { Subscriber } from "./repository";
import { MOST_SERVICES } from "./rules";

const KindModel = t.Union([t.Literal("email"), t.Literal("webhook")]);
const StatusModel = t.Union([t.Literal("confirmed"), t.Literal("unconfirmed")]);
const LanguageModel = t.Union([t.Literal("en"), t.Literal("de")]);
const ServiceIds = t.Union([
  t.Array(t.String({ minLength: 1 }), { minItems: 1, maxItems: MOST_SERVICES, uniqueItems: true }),
  t.Null(),
]);
const NullableString = t.Union([t.String(), t.Null()]);

export const SubscribersQuery = t.Object(
  {
    ...pageFields,
    kind: t.Optional(KindModel),
    status: t.Optional(StatusModel),
    email: t.Optional(t.String({ maxLength: 320, description: "The whole address." })),
  },
  { additionalProperties: false },
);

export const SubscriberCreate = t.Object(
  {
    kind: KindModel,
    email: t.Optional(t.String({ minLength: 3, maxLength: 320 })),
    url: t.Optional(t.String({ minLength: 8, maxLength: 2_000, description: "Of a webhook." })),
    secret: t.Optional(
      t.String({
        minLength: 8,
        maxLength: 256,
        description: "Of a webhook, write-only; one is made and shown once where it is absent.",
      }),
    ),
    service_ids: t.Optional({ ...ServiceIds, description: "Services of the page; null or absent: all." }),
    language: t.Optional(LanguageModel),
    is_confirmed: t.Optional(
      t.Boolean({
        description:
          "True: they have agreed already, and are told from now on. Default: webhooks true, e-mail false, which sends a link to confirm.",
      }),
    ),
  },
  { additionalProperties: false },
);

export const SubscriberPatch = t.Object(
  { service_ids: t.Optional(ServiceIds), language: t.Optional(LanguageModel) },
  { additionalProperties: false },
);

export const SubscriberWire = t.Object({
  id: t.String(),
  kind: KindModel,
  email: NullableString,
  url: NullableString,
  status: StatusModel,
  service_ids: t.Union([t.Array(t.String()), t.Null()]),
  language: LanguageModel,
  origin: t.Union([t.Literal("visitor"), t.Literal("editor")]),
  is_reachable: t.Boolean({
    description: "False for a webhook that answered 410 and is told nothing any more.",
  }),
  created_at: t.String(),
  requested_at: t.String({ description: "Unconfirmed ones are deleted 48 hours after this." }),
  confirmed_at: NullableString,
});
export type SubscriberWire = Static<typeof SubscriberWire>;

export const SubscriberCreated = t.Object({
  ...SubscriberWire.properties,
  secret: t.Union([t.String(), t.Null()], {
    description: "Of a webhook, where it was made here: shown this once.",
  }),
});

export const presentSubscriber = (subscriber: Subscriber, isReachable: boolean): SubscriberWire => ({
  id: subscriber.id,
  kind: subscriber.kind,
  email: subscriber.kind === "email" ? subscriber.target : null,
  url: subscriber.kind === "webhook" ? subscriber.target : null,
  status: subscriber.confirmedAt === null ? "unconfirmed" : "confirmed",
  service_ids: subscriber.serviceIds,
  language: subscriber.language,
  origin: subscriber.origin,
  is_reachable: isReachable,
  created_at: isoMillis(subscriber.createdAt),
  requested_at: isoMillis(subscriber.requestedAt),
  confirmed_at: isoMillisOrNull(subscriber.confirmedAt),
});

/** Throws `invalid` with the field. */
export const readTarget = ({ kind, email, url, secret }: Static<typeof SubscriberCreate>): string => {
  if (kind === "webhook") {
    if (email !== undefined) throw invalid("email", "A webhook has a url, not an email.");
    if (url === undefined) throw invalid("url", "url is missing: where shall messages go?");
    if (secret !== undefined && (secret.startsWith(MASK) || !isUsableSecret(secret)))
      throw invalid("secret", "A secret that begins with whsec_ must go on in base64.");
    return url;
  }
  if (url !== undefined) throw invalid("url", "A subscriber by e-mail has an email, not a url.");
  if (secret !== undefined) throw invalid("secret", "Mails are not signed: leave secret out.");
  if (email === undefined) throw invalid("email", "email is missing.");
  const { name, address } = mailboxOf(email, "email");
  if (name !== "") throw invalid("email", "Give the address alone, without a name.");
  return address;
};

const COLUMNS = [
  "id",
  "kind",
  "address",
  "status",
  "services",
  "language",
  "origin",
  "created_at",
  "requested_at",
  "confirmed_at",
] as const;

/** All that is known of them but the link's token, with a line of headings. */
export const subscribersCsv = (subscribers: readonly Subscriber[]): string =>
  csvLine(COLUMNS) +
  subscribers
    .map((one) =>
      csvLine([
        one.id,
        one.kind,
        one.target,
        one.confirmedAt === null ? "unconfirmed" : "confirmed",
        one.serviceIds === null ? "all" : one.serviceIds.join(" "),
        one.language,
        one.origin,
        isoMillis(one.createdAt),
        isoMillis(one.requestedAt),
        isoMillisOrNull(one.confirmedAt),
      ]),
    )
    .join("");
