// In: a homeserver, an account's access token and a room. Out: the Matrix channel type. The delivery's
// ID is the transaction ID: a message that is sent again by a retry appears once.
import { invalid } from "../../core/errors";
import { serverOf } from "../address";
import type { Judgement, SendResult } from "../channel";
import {
  fieldOf,
  judgeNative,
  nativeType,
  postRequest,
  readJson,
  TLS_FIELD,
  tlsOf,
  waitOf,
  type NativeConfig,
} from "../native";
import type { ClientTls } from "../tls";
import { textOf } from "../values";
import { composeMatrix } from "./compose";

export interface MatrixConfig extends NativeConfig {
  /** Without a slash at the end. */
  homeserver: string;
  token: string;
  roomId: string;
  tls: ClientTls | null;
}

/** Error codes of the specification. */
const WORDS: Readonly<Record<string, string>> = {
  M_UNKNOWN_TOKEN: "the access token is not right or has expired",
  M_MISSING_TOKEN: "the access token did not arrive; a proxy may have taken it away",
  M_FORBIDDEN: "the account is not in the room, or may not write there",
  M_NOT_FOUND: "the room does not exist",
  M_UNRECOGNIZED: "it does not know this call; is it a Matrix homeserver?",
  M_TOO_LARGE: "the message is too large",
  M_USER_DEACTIVATED: "the account was deactivated",
  M_LIMIT_EXCEEDED: "the account sends too much",
};

const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (judgement.outcome === "delivered") return judgement;
  const { errcode, retry_after_ms: retryAfterMs } = readJson(result);
  const meaning = typeof errcode === "string" && Object.hasOwn(WORDS, errcode) ? WORDS[errcode] : undefined;
  // The header replaces the field since v1.10; a server may still send only the field.
  const wait =
    judgement.outcome === "rate_limited" && result.responseHeaders["retry-after"] === undefined
      ? waitOf(retryAfterMs, 1)
      : undefined;
  return {
    ...judgement,
    ...(meaning === undefined
      ? {}
      : { reason: `The homeserver answered ${result.statusCode}: ${meaning} (${String(errcode)}).` }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
};

const parseToken = (value: unknown): string => {
  const field = "config.access_token";
  const token = textOf(value, field, { longest: 4_096 });
  if (token === undefined) throw invalid(field, "access_token is missing.");
  if (!/^[\x21-\x7e]+$/.test(token))
    throw invalid(field, "access_token holds a character that no token has.");
  return token;
};

const parseRoom = (value: unknown): string => {
  const field = "config.room_id";
  const room = textOf(value, field, { longest: 255 });
  if (room === undefined) throw invalid(field, "room_id is missing: which room shall get the messages?");
  if (!/^![\x21-\x7e]+$/.test(room))
    throw invalid(field, "room_id must be the internal room ID, which begins with !, not an address with #.");
  return room;
};

export const matrix = nativeType<MatrixConfig>({
  kind: "matrix",
  label: "Matrix",
  description: "An account of yours writes to a room. Messages are not encrypted end to end.",
  fields: [
    fieldOf({
      name: "homeserver",
      label: "Homeserver",
      type: "url",
      required: true,
      hint: "Its address, e.g. https://matrix.example.org.",
    }),
    fieldOf({
      name: "access_token",
      label: "Access token",
      type: "secret",
      required: true,
      secret: true,
      hint: "Of an account that has joined the room. In Element: All settings, Help & About.",
    }),
    fieldOf({
      name: "room_id",
      label: "Room ID",
      required: true,
      hint: "Begins with an exclamation mark. In Element: room settings, Advanced.",
    }),
    TLS_FIELD,
  ],
  parse: (given) => {
    const homeserver = serverOf(given["homeserver"], "config.homeserver");
    return {
      given,
      homeserver,
      token: parseToken(given["access_token"]),
      roomId: parseRoom(given["room_id"]),
      tls: tlsOf(given, homeserver),
    };
  },
  compose: composeMatrix,
  request: (composed, { homeserver, token, roomId, tls }, context) =>
    postRequest(composed, context, {
      method: "PUT",
      url: `${homeserver}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${encodeURIComponent(context.deliveryId)}`,
      headers: { Authorization: `Bearer ${token}` },
      tls,
    }),
  judge,
  targets: ({ homeserver }) => [{ field: "config.homeserver", url: homeserver }],
  secrets: ({ token, tls }) => [token, tls?.key ?? ""],
});
