// In: what Amazon SNS posts for an alarm of CloudWatch: an envelope whose message is JSON in a text; or the same
// alarm by EventBridge, or as a raw message. Out: the alarm's state, or the address by which the topic wants
// its subscription confirmed. Whether the envelope is genuine was decided before (`sns.ts`).
import { parsePayload } from "../payload";
import { nothing, unlike, type Preset, type PresetItem, type PresetReading } from "./preset";
import { firstText, instantAt, isRecord, textAt } from "./walk";

const alarmItem = (alarm: unknown, url: string | null = null): PresetItem => {
  const name = textAt(alarm, "AlarmName");
  return {
    scope: alarm,
    raw: textAt(alarm, "NewStateValue"),
    names: [name],
    key: `alarm ${firstText(textAt(alarm, "AlarmArn"), name) ?? ""}`,
    title: name,
    machine: name,
    message: firstText(textAt(alarm, "NewStateReason"), textAt(alarm, "AlarmDescription")),
    url,
    at: instantAt(alarm, "StateChangeTime"),
  };
};

/** Null for what is none, nests too deep or is too large. */
const parse = (text: string): unknown => {
  try {
    return parsePayload(text);
  } catch {
    return null;
  }
};

const ofEventBridge = (payload: unknown): PresetItem => ({
  ...alarmItem({
    AlarmName: textAt(payload, "detail", "alarmName"),
    NewStateValue: textAt(payload, "detail", "state", "value"),
    NewStateReason: textAt(payload, "detail", "state", "reason"),
    AlarmArn: textAt(payload, "resources", 0),
    StateChangeTime: textAt(payload, "detail", "state", "timestamp"),
  }),
  scope: payload,
});

const readAlarm = (payload: unknown): PresetReading | null => {
  if (textAt(payload, "NewStateValue") !== null) return { kind: "items", items: [alarmItem(payload)] };
  if (textAt(payload, "detail", "alarmName") !== null)
    return { kind: "items", items: [ofEventBridge(payload)] };
  return null;
};

const read = (payload: unknown): PresetReading => {
  const type = textAt(payload, "Type");
  if (type === null) return readAlarm(payload) ?? unlike("Amazon SNS");
  if (type === "SubscriptionConfirmation") {
    const url = textAt(payload, "SubscribeURL");
    return url === null ? unlike("Amazon SNS") : { kind: "confirmation", url };
  }
  if (type === "UnsubscribeConfirmation") return nothing("The topic no longer sends to this receiver.");
  const message = textAt(payload, "Message");
  if (type !== "Notification" || message === null) return unlike("Amazon SNS");
  const inner = parse(message);
  return (
    (isRecord(inner) ? readAlarm(inner) : null) ?? nothing("The message is about no alarm of CloudWatch.")
  );
};

export const cloudwatch: Preset = {
  name: "cloudwatch",
  label: "Amazon CloudWatch (SNS)",
  about:
    "The state of an alarm: ALARM, OK; INSUFFICIENT_DATA changes nothing. Signatures of SNS are checked.",
  setup: [
    "Create a subscription of the SNS topic: protocol HTTPS, endpoint the receiver's URL, raw message delivery off.",
    "Andon confirms it by itself; it needs to reach sns.<region>.amazonaws.com for that and for the certificate.",
    "Let the alarms send to the topic, for ALARM and for OK.",
  ],
  serviceFrom: "the alarm's name",
  signature: {
    header: "X-Webhook-Signature",
    scheme: "sns",
    hint: "SNS signs by itself: no secret is needed.",
  },
  idField: ["MessageId"],
  words: { alarm: "down", insufficient_data: "ignore" },
  examples: [
    {
      title: "An alarm",
      payload: {
        Type: "Notification",
        MessageId: "4f7d0c9a-0000-5000-8000-000000000001",
        TopicArn: "arn:aws:sns:eu-central-1:000000000000:alarms",
        Subject: 'ALARM: "Shop answers" in EU (Frankfurt)',
        Message: JSON.stringify({
          AlarmName: "Shop answers",
          AlarmArn: "arn:aws:cloudwatch:eu-central-1:000000000000:alarm:Shop answers",
          NewStateValue: "ALARM",
          OldStateValue: "OK",
          NewStateReason: "Threshold crossed: 3 datapoints were below 1.",
          StateChangeTime: "2026-01-05T10:00:00.000+0000",
        }),
        Timestamp: "2026-01-05T10:00:01.000Z",
        SignatureVersion: "1",
      },
    },
  ],
  read,
};
