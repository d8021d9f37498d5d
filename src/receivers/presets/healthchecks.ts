// In: what a webhook integration of healthchecks posts with the body that is proposed here. Out: the check's state.
import { unlike, type Preset, type PresetReading } from "./preset";
import { firstText, textAt } from "./walk";

const read = (payload: unknown): PresetReading => {
  const raw = firstText(textAt(payload, "status"), textAt(payload, "check", "status"));
  if (raw === null) return unlike("healthchecks with the body that is proposed");
  const name = firstText(textAt(payload, "name"), textAt(payload, "check", "name"));
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw,
        names: [textAt(payload, "service"), name],
        key: `check ${firstText(textAt(payload, "code"), textAt(payload, "unique_key"), name) ?? ""}`,
        title: name,
        machine: name,
        message: firstText(textAt(payload, "message"), textAt(payload, "desc"), textAt(payload, "body")),
        url: textAt(payload, "url"),
      },
    ],
  };
};

export const healthchecks: Preset = {
  name: "healthchecks",
  label: "healthchecks",
  about: "The state of a check: up, down, late (grace).",
  setup: [
    "Under Integrations add a Webhook, for both events: method POST, URL the receiver's URL.",
    'Request body: {"status": "$STATUS", "name": "$NAME", "code": "$CODE"}',
    "Request headers: Content-Type: application/json",
  ],
  serviceFrom: "the check's name",
  signature: { header: "X-Webhook-Signature", scheme: "auto", hint: null },
  words: { grace: "degraded", new: "ignore", paused: "ignore", started: "ignore" },
  examples: [
    { title: "A check is down", payload: { status: "down", name: "Nightly backup", code: "7d1f" } },
    { title: "It is up again", payload: { status: "up", name: "Nightly backup", code: "7d1f" } },
  ],
  read,
};
