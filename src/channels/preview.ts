// In: settings of a channel that need not be saved, and an event that happened or a sample. Out: what
// would be sent: nothing is, nothing is kept, and every secret is cut out.
import { isAppError, invalid, notFound } from "../core/errors";
import { TELLABLE_EVENTS, type TellableEvent } from "../core/events";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import { readBodyText } from "../delivery/body-text";
import { headersOfRequest, outlineOfRequest } from "../delivery/transports";
import { mergePatch } from "../lib/merge-patch";
import { maskHeaders, maskUrl, redact } from "../lib/secrets";
import type { AnyChannelType, ComposedBody, Message, TransportRequest } from "./channel";
import { eventsOfName, type ChannelDirectory } from "./directory";
import { channelTypes } from "./registry";
import { sampleMessages } from "./sample";
import { wordingOf } from "./wording";

export interface PastEvent {
  /** Its number in the journal. */
  seq: number;
  message: Message;
}

/** What happened, turned back into messages. Another organization's number finds nothing. */
export interface PastEvents {
  find(tenantId: string, seq: number): Promise<Message | null>;
  /** Newest first. */
  recent(tenantId: string, page: { before: number | null; limit: number }): Promise<PastEvent[]>;
}

export interface PreviewRequest {
  /** May be left out where `channelId` says it. */
  type: string | null;
  config: Record<string, unknown>;
  /** Settings that are only shown masked are taken from this channel, and those that are not named. */
  channelId: string | null;
  eventSeq: number | null;
  /** A sample of this kind; the type's own test message where neither is given. */
  event: string | null;
}

export interface Preview {
  event: TellableEvent;
  method: string | null;
  url: string | null;
  headers: Record<string, string>;
  body: string;
  contentType: string;
  bytes: number;
  isValidJson: boolean;
  /** What keeps this event from being told, or these settings from being saved. */
  error: { field: string | null; message: string } | null;
}

export interface PreviewParts {
  now: () => number;
  directory: ChannelDirectory;
  tenants: TenantDirectory;
  past: PastEvents;
  baseUrl: () => string;
  version: string;
}

export interface Previewer {
  /** Throws `invalid` for settings that can't be read at all, `not_found` for unknown events. */
  preview(tenantId: string, request: PreviewRequest): Promise<Preview>;
  recent: PastEvents["recent"];
  /** One line for each kind of event that samples exist of. */
  samples(tenantId: string): { event: TellableEvent; text: string }[];
}

/** What channels subscribe to; the digest after an outage has no sample of one's own to look at. */
const SAMPLED = TELLABLE_EVENTS.filter((event) => event !== "channel.summary");

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Only what is written for people; anything else is a fault of ours and goes its way. */
const explain = (error: unknown): Preview["error"] => {
  if (!isAppError(error)) throw error;
  return { field: error.context.field ?? null, message: error.message };
};

export const createPreviewer = (parts: PreviewParts): Previewer => {
  const { now, directory, tenants, past, baseUrl, version } = parts;

  const settingsOf = (
    tenantId: string,
    { type: kind, config, channelId }: PreviewRequest,
  ): { type: AnyChannelType; config: unknown } => {
    const channel = channelId === null ? undefined : directory.find(tenantId, channelId);
    if (channelId !== null && channel === undefined) throw notFound("notification channel");
    if (channel !== undefined && kind !== null && kind !== channel.kind)
      throw invalid("type", "The channel is of another type.");
    const type = channelTypes.get(kind ?? channel?.kind ?? "");
    if (type === undefined)
      throw invalid("type", `type must be one of: ${[...channelTypes.keys()].join(", ")}.`);
    const given =
      channel === undefined
        ? mergePatch({}, config, {})
        : mergePatch(channel.storedConfig, config, channel.type.mask(channel.config));
    return { type, config: type.parse(given) };
  };

  const tenantOf = (tenantId: string): Pick<Message, "organization" | "project" | "baseUrl"> => {
    const organization = tenants.organization(tenantId);
    if (organization === undefined) throw notFound("organization");
    const { id, number, name, slug } = tenants.defaultProject(tenantId);
    return { organization, project: { id, number, name, slug }, baseUrl: baseUrl() };
  };

  const sampleOf = (tenantId: string, event: TellableEvent): Message => {
    const [message] = sampleMessages(tenantOf(tenantId), [event], now());
    if (message === undefined) throw notFound("event");
    return message;
  };

  const messageFor = async (
    tenantId: string,
    { eventSeq, event }: PreviewRequest,
    type: AnyChannelType,
    config: unknown,
  ): Promise<Message> => {
    if (eventSeq !== null) {
      if (event !== null) throw invalid("event", "Name event or event_seq, not both.");
      const message = await past.find(tenantId, eventSeq);
      if (message === null) throw notFound("event");
      return message;
    }
    const [kind] = event === null ? type.testEvents(config) : eventsOfName(event, type, config);
    if (kind === undefined) throw invalid("event", `event must be one of: ${SAMPLED.join(", ")}.`);
    return sampleOf(tenantId, kind);
  };

  const requestFor = (
    type: AnyChannelType,
    config: unknown,
    message: Message,
    composed: ComposedBody,
  ): TransportRequest => {
    const deliveryId = newId();
    const { alert } = message;
    const isOpen = alert !== undefined && alert.status !== "resolved";
    return type.request(composed, config, {
      deliveryId,
      now: now(),
      version,
      threadRootId: deliveryId,
      // As if the alert of the message were the only one.
      state: () => ({
        worst: isOpen ? alert.severity : null,
        isAcknowledged: isOpen && alert.status === "acknowledged",
        count: isOpen ? 1 : 0,
      }),
    });
  };

  /** Null when the settings could be saved for a channel that is told of this event. */
  const refusalOf = (type: AnyChannelType, config: unknown, event: TellableEvent): Preview["error"] => {
    try {
      type.check?.(config, { events: [event], areNamed: true });
      return null;
    } catch (error) {
      return explain(error);
    }
  };

  return {
    preview: async (tenantId, asked) => {
      const { type, config } = settingsOf(tenantId, asked);
      const message = await messageFor(tenantId, asked, type, config);
      const { event } = message;
      let composed: ComposedBody;
      try {
        composed = type.compose(message, config);
      } catch (error) {
        return {
          event,
          method: null,
          url: null,
          headers: {},
          body: "",
          contentType: "",
          bytes: 0,
          isValidJson: false,
          error: explain(error),
        };
      }
      const request = requestFor(type, config, message, composed);
      const secrets = type.secrets(config);
      const { method, url, body } = outlineOfRequest(request);
      const { text, bytes } = readBodyText(body ?? new Uint8Array(), secrets);
      const headers = Object.entries(maskHeaders(headersOfRequest(request)));
      return {
        event,
        method,
        url: redact(maskUrl(url), secrets),
        headers: Object.fromEntries(headers.map(([name, value]) => [name, redact(value, secrets)])),
        body: text,
        // Of an envelope, that of what is sent.
        contentType: body === null ? "" : (headersOfRequest(request)["Content-Type"] ?? composed.contentType),
        bytes,
        isValidJson: isJson(text),
        error: refusalOf(type, config, event),
      };
    },
    recent: past.recent,
    samples: (tenantId) =>
      sampleMessages(tenantOf(tenantId), SAMPLED, now()).map((message) => ({
        event: message.event,
        text: wordingOf(message).headline,
      })),
  };
};
