// In: what Uptime Kuma's webhook notification posts, as JSON or as a form. Out: the monitor's state.
import type { Meaning } from "../schema";
import { nothing, unlike, type Preset, type PresetReading } from "./preset";
import { at, firstText, instantAt, isRecord, textAt } from "./walk";

/** 0 down, 1 up, 2 pending: it is being tried again, 3 maintenance. */
const STATES: Readonly<Record<string, Meaning>> = {
  "0": "down",
  "1": "operational",
  "2": "ignore",
  "3": "maintenance",
};

const read = (payload: unknown): PresetReading => {
  const heartbeat = at(payload, "heartbeat");
  if (!isRecord(heartbeat)) {
    // Tests and notices about certificates have none.
    const message = textAt(payload, "msg");
    return message === null ? unlike("Uptime Kuma") : nothing(`It is about no heartbeat: ${message}`);
  }
  const name = textAt(payload, "monitor", "name");
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw: textAt(heartbeat, "status"),
        names: [name],
        key: `monitor ${firstText(textAt(payload, "monitor", "id"), textAt(heartbeat, "monitorID"), name) ?? ""}`,
        title: name,
        machine: name,
        message: firstText(textAt(heartbeat, "msg"), textAt(payload, "msg")),
        url: textAt(payload, "monitor", "url"),
        at: instantAt(heartbeat, "time"),
      },
    ],
  };
};

export const uptimeKuma: Preset = {
  name: "uptime_kuma",
  label: "Uptime Kuma",
  about: "The state of a monitor: up, down, pending (which changes nothing) or maintenance.",
  setup: [
    "In Uptime Kuma add a notification of type Webhook: Post URL is the receiver's URL, Request Body JSON.",
    "Tick it for the monitors that are about this service.",
  ],
  serviceFrom: "the monitor's name",
  signature: {
    header: "X-Webhook-Signature",
    scheme: "auto",
    hint: null,
  },
  words: STATES,
  examples: [
    {
      title: "A monitor is down",
      payload: {
        heartbeat: {
          monitorID: 1,
          status: 0,
          time: "2026-01-05 10:00:00.000",
          msg: "connect ECONNREFUSED",
          important: true,
          duration: 60,
        },
        monitor: { id: 1, name: "Shop", url: "https://shop.example.com", type: "http" },
        msg: "[Shop] [Down] connect ECONNREFUSED",
      },
    },
  ],
  read,
};
