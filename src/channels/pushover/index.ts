// In: an application's token and a user's key. Out: the Pushover channel type: critical alerts repeat on
// the phone until somebody takes care of them, there or with us.
import { invalid } from "../../core/errors";
import { serverOf } from "../address";
import type { Judgement, OutboundRequest, SendResult } from "../channel";
import {
  fieldOf,
  jsonBody,
  judgeNative,
  nativeType,
  postRequest,
  readJson,
  type NativeConfig,
} from "../native";
import { readStored } from "../paging";
import { booleanOf, credentialOf, numberOf, requiredCredentialOf } from "../values";
import { composeAllPushover, composePushover, endsAlarm, type Emergency, type PushoverCall } from "./compose";

const PUBLIC_SERVER = "https://api.pushover.net";
/** Seconds: the API's limits, and defaults that wake somebody without driving anybody mad. */
const RETRY = { least: 30, usual: 60, most: 10_800 } as const;
const EXPIRE = { least: 30, usual: 3_600, most: 10_800 } as const;

export interface PushoverConfig extends NativeConfig {
  token: string;
  user: string;
  device: string | null;
  sound: string | null;
  emergency: Emergency | null;
  server: string;
}

/** What its errors are about, by the words that name the parameter. */
const ERRORS: readonly (readonly [word: string, reason: string])[] = [
  ["application token", "Pushover does not know the application token."],
  ["user", "Pushover does not know the user or group key, or it has no active device."],
  ["device", "Pushover does not know the device."],
  ["sound", "Pushover does not know the sound."],
];

/** `status` is 1 when it is taken, whatever stands around it. 429: the messages of the month are used up. */
const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (result.statusCode === 429)
    return {
      ...judgement,
      reason: "Pushover answered 429: the account's messages of this month are used up.",
    };
  const { status, errors } = readJson(result);
  const isTaken = judgement.outcome === "delivered";
  if (isTaken ? typeof status !== "number" || status === 1 : result.statusCode !== 400) return judgement;
  const words = JSON.stringify(errors ?? "");
  const known = ERRORS.find(([word]) => words.includes(word))?.[1];
  return {
    outcome: "client_error",
    retry: false,
    reason: known ?? (isTaken ? "Pushover did not take the message." : judgement.reason),
  };
};

const emergencyOf = (given: Readonly<Record<string, unknown>>): Emergency | null => {
  const isOn = booleanOf(given["emergency"], "config.emergency") ?? true;
  const retry =
    numberOf(given["retry_seconds"], "config.retry_seconds", { ...RETRY, isWhole: true }) ?? RETRY.usual;
  const expire =
    numberOf(given["expire_seconds"], "config.expire_seconds", { ...EXPIRE, isWhole: true }) ??
    Math.max(EXPIRE.usual, retry);
  if (expire < retry)
    throw invalid("config.expire_seconds", "expire_seconds must not be less than retry_seconds.");
  return isOn ? { retry, expire } : null;
};

export const pushover = nativeType<PushoverConfig>({
  kind: "pushover",
  label: "Pushover",
  description: "Push messages to phones by Pushover; critical ones repeat until somebody takes care of them.",
  fields: [
    fieldOf({
      name: "token",
      label: "Application token",
      type: "secret",
      required: true,
      secret: true,
      hint: "On pushover.net: create an application and copy its API token.",
    }),
    fieldOf({
      name: "user",
      label: "User or group key",
      type: "secret",
      required: true,
      secret: true,
      hint: "Who shall be told: shown on pushover.net after signing in, or on the page of a delivery group.",
    }),
    fieldOf({
      name: "emergency",
      label: "Repeat critical alerts",
      type: "boolean",
      hint: "Until somebody confirms on the phone, or the alert is acknowledged or resolved here.",
      default: true,
    }),
    fieldOf({
      name: "retry_seconds",
      label: "Repeat every",
      type: "number",
      hint: "Seconds, 30 at least.",
      default: RETRY.usual,
      advanced: true,
    }),
    fieldOf({
      name: "expire_seconds",
      label: "Give up after",
      type: "number",
      hint: "Seconds, 10,800 (3 hours) at most.",
      default: EXPIRE.usual,
      advanced: true,
    }),
    fieldOf({
      name: "device",
      label: "Device",
      hint: "Names of devices, with commas. Left out: all devices.",
      advanced: true,
    }),
    fieldOf({
      name: "sound",
      label: "Sound",
      hint: "One of Pushover's sounds, such as siren.",
      advanced: true,
    }),
    fieldOf({
      name: "server",
      label: "Other server",
      type: "url",
      hint: "For a relay of yours.",
      default: PUBLIC_SERVER,
      advanced: true,
    }),
  ],
  parse: (given) => ({
    given,
    token: requiredCredentialOf(
      given["token"],
      "config.token",
      "It comes from an application on pushover.net.",
    ),
    user: requiredCredentialOf(given["user"], "config.user", "Who shall be told?"),
    device: credentialOf(given["device"], "config.device") ?? null,
    sound: credentialOf(given["sound"], "config.sound") ?? null,
    emergency: emergencyOf(given),
    server: serverOf(given["server"] ?? PUBLIC_SERVER, "config.server"),
  }),
  isNeededLate: (message, { emergency }) => emergency !== null && endsAlarm(message),
  compose: (message, { emergency }) => composePushover(message, emergency),
  composeEach: (message, { emergency }) => composeAllPushover(message, emergency),
  request: (composed, { token, user, device, sound, server }, context): OutboundRequest => {
    const call = readStored<PushoverCall>(composed);
    if (call.action === "cancel")
      return postRequest(jsonBody({ token }), context, {
        url: `${server}/1/receipts/cancel_by_tag/${encodeURIComponent(call.tag)}.json`,
      });
    const choices = { ...(device === null ? {} : { device }), ...(sound === null ? {} : { sound }) };
    return postRequest(jsonBody({ token, user, ...choices, ...call.body }), context, {
      url: `${server}/1/messages.json`,
    });
  },
  judge,
  targets: ({ server }) => [{ field: "config.server", url: `${server}/1/messages.json` }],
  secrets: ({ token, user }) => [token, user],
});
