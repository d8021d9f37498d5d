// In: what the documents of StatusPulse, AnyPing, Roboticks and Alert24 tell receivers to do. Out: such
// receivers, and those that are printed in Python as that very text; each says by its status whether it
// took the request.
import { createHmac, timingSafeEqual } from "node:crypto";
import { printedPassage } from "./documents";
import { openFlaskReceiver, type PrintedReceiver } from "./printed-receivers";
import type { ReceivedRequest } from "./scripted-receiver";

export interface DocumentHandler {
  handle(request: ReceivedRequest): Promise<number>;
  /** What it did, a line per request that it took. */
  readonly done: readonly string[];
  close(): Promise<void>;
}

const isEqual = (left: string, right: string): boolean => {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
};

const digestOf = (secret: string, text: string): string =>
  createHmac("sha256", secret).update(text, "utf8").digest("hex");

type Fields = Record<string, unknown>;

/** Checks the raw body first, then acts; what throws while it acts is a 500, as in Flask. */
const handlerOf = (parts: {
  path: string;
  isGenuine: (request: ReceivedRequest) => boolean;
  act: (payload: Fields) => string;
}): DocumentHandler => {
  const done: string[] = [];
  return {
    done,
    handle: async (request) => {
      if (request.path !== parts.path) return 404;
      if (request.method !== "POST") return 405;
      if (!parts.isGenuine(request)) return 401;
      try {
        done.push(parts.act(JSON.parse(request.text) as Fields));
        return 200;
      } catch {
        return 500;
      }
    },
    close: async () => undefined,
  };
};

const fieldsIn = (payload: Fields, name: string): Fields => {
  const value = payload[name];
  if (typeof value !== "object" || value === null) throw new Error(`${name} is missing`);
  return value as Fields;
};

/** By the steps of "HMAC Verification Flow", then "parse the event_type field to route logic". */
export const statuspulseHandler = (secret: string): DocumentHandler =>
  handlerOf({
    path: "/statuspulse",
    isGenuine: ({ headers, text }) =>
      isEqual(headers["x-statuspulse-signature"] ?? "", digestOf(secret, text)),
    act: (payload) => {
      const details = fieldsIn(payload, "details");
      switch (payload["event_type"]) {
        case "incident_opened":
          return `page: ${String(payload["monitor_name"])} ${String(details["response_code"])}`;
        case "incident_updated":
          return `update: ${String(payload["status"])}`;
        case "incident_resolved":
          return `post-mortem: ${String(details["downtime_duration_seconds"])} s`;
        default:
          return `other: ${String(payload["event_type"])}`;
      }
    },
  });

/** The printed handler, for machines without Python. */
export const roboticksHandler = (secret: string): DocumentHandler =>
  handlerOf({
    path: "/roboticks-webhook",
    isGenuine: ({ headers, text }) =>
      isEqual(headers["x-roboticks-signature"] ?? "", `sha256=${digestOf(secret, text)}`),
    act: (data) =>
      `Alert: ${String(fieldsIn(data, "alert")["name"])} - ${String(fieldsIn(data, "device")["name"])}`,
  });

/** The printed handler, for machines without Python. */
export const anypingHandler = (secret: string): DocumentHandler =>
  handlerOf({
    path: "/webhooks/anyping",
    isGenuine: ({ headers, text }) => isEqual(headers["x-anyping-signature"] ?? "", digestOf(secret, text)),
    act: (payload) => `queued: ${String(payload["event"])}`,
  });

const overPython = (receiver: PrintedReceiver): DocumentHandler => ({
  done: receiver.printed,
  handle: async ({ method, path, headers, text }) => {
    const { host: _host, "content-length": _length, connection: _connection, ...rest } = headers;
    const response = await fetch(receiver.url + path, { method, headers: rest, body: text });
    return response.status;
  },
  close: async () => receiver.close(),
});

/** The very text of the document; its secret is "your-signing-secret". */
export const printedRoboticksHandler = async (usesStandIn?: boolean): Promise<DocumentHandler> =>
  overPython(
    await openFlaskReceiver(printedPassage("roboticks", "# Example Flask endpoint", "Payload Format"), {
      depths: null,
      ...(usesStandIn === undefined ? {} : { usesStandIn }),
    }),
  );

/** Depth of each line: the document has lost its indentation. */
const ANYPING_DEPTHS = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1, 2, 1, 1, 1, 1, 1];

/** What the text takes for granted: its import of os, and a queue for the work. */
const ANYPING_BEFORE = `
import os

class Queue:
    def enqueue(self, task, payload):
        print("queued: " + payload["event"])

incident_queue = Queue()
process_incident = None
`;

/** The very text of the document. */
export const printedAnypingHandler = async (secret: string): Promise<DocumentHandler> =>
  overPython(
    await openFlaskReceiver(printedPassage("anyping", "import hmac", "The simple pattern:"), {
      depths: ANYPING_DEPTHS,
      before: ANYPING_BEFORE,
      env: { ANYPING_WEBHOOK_SECRET: secret },
    }),
  );

/** "Alert24 Status: Accepted Values", read from the document's own lines. */
const alert24Words = (): ReadonlyMap<string, string> => {
  const lines = printedPassage("alert24", "Operational operational", "For production use").trim().split("\n");
  const words = new Map<string, string>();
  for (const line of lines) {
    const [status = "", ...accepted] = line.replaceAll(",", "").split(" ");
    for (const word of accepted) words.set(word, status.toLowerCase());
  }
  return words;
};

/** A receiver as the document describes it: token in the path, HMAC header, mapping, service by name. */
export const alert24Receiver = (options: {
  token: string;
  secret: string;
  services: Map<string, string>;
}): DocumentHandler => {
  const words = alert24Words();
  return handlerOf({
    path: `/api/webhooks/incoming/${options.token}`,
    isGenuine: ({ headers, text }) =>
      isEqual(headers["x-webhook-signature"] ?? "", digestOf(options.secret, text)),
    act: (payload) => {
      const name = String(payload["service_name"]);
      const mapped = words.get(String(payload["status"]).toLowerCase());
      const previous = options.services.get(name);
      if (mapped === undefined || previous === undefined) throw new Error("failed");
      options.services.set(name, mapped);
      return mapped === previous ? "ignored" : `processed: ${name} ${previous} → ${mapped}`;
    },
  });
};
