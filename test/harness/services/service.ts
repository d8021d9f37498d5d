// In: models of services. Out: one HTTP endpoint on loopback that answers as all of them, each by its
// own rules: what it refuses is refused here too, and what it asks to wait for is asked.
import type { OutboundRequest } from "../../../src/channels/channel";

export interface ServiceRequest {
  method: string;
  /** Path and query. */
  url: URL;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

/** What a service says to a request, by its documents. */
export interface ServiceModel {
  /** A channel's config that reaches it. */
  config: (origin: string) => Record<string, unknown>;
  /** Nowhere to be seen but in requests. */
  secrets: readonly string[];
  /** Null: the request is not for this service. The wrong key, shape or size is refused as there. */
  answer: (request: ServiceRequest) => Response | null;
  /** The service asks for fewer messages, and for how long. */
  tooMany: { answer: () => Response; waitMs: number };
  /** A refusal that stays one, and what the reason must say. */
  refusal: { answer: () => Response; reason: RegExp };
  /** What people read of a message that was taken. */
  read: (request: ServiceRequest) => string;
  /** Instead of the channel's default events. */
  events?: readonly string[];
  /** What stands in the messages of a life cycle, where people do not read them as they are. */
  words?: Pick<LifeCycleWords, "acknowledged" | "ended">;
  /** Calls beside the messages: neither counted, nor refused by `answerNext`. */
  isAside?: (request: ServiceRequest) => boolean;
  /** Requests of a test: three messages, and what goes beside them. */
  testRequests?: number;
}

export interface LifeCycleWords {
  begun: readonly string[];
  acknowledged: readonly string[];
  ended: readonly string[];
}

/** What the messages about an alert, or about the sample alert of a test, say. */
export const wordsOf = (
  { words }: Pick<ServiceModel, "words">,
  { headline, prefix = "" }: { headline: string; prefix?: string },
): LifeCycleWords => ({
  begun: [`${prefix}Critical: ${headline}`],
  acknowledged: words?.acknowledged ?? [`${prefix}Acknowledged: ${headline}`],
  ended: words?.ended ?? [`${prefix}Resolved: ${headline}`],
});

export interface Taken {
  kind: string;
  /** What people read. */
  text: string;
  request: ServiceRequest;
}

export interface ServiceHouse {
  origin: string;
  /** For ANDON_OUTBOUND_ALLOW. */
  listener: string;
  /** Messages that were taken, in order. */
  taken: Taken[];
  /** Every answer's status, in order. */
  statuses: number[];
  /** What went beside the messages, in order. */
  asides: { request: ServiceRequest; status: number }[];
  /** What the next requests get instead of the service's own answer. */
  answerNext(...answers: (() => Response)[]): void;
  stop(): Promise<void>;
}

export const openServices = (models: Readonly<Record<string, ServiceModel>>): ServiceHouse => {
  const taken: Taken[] = [];
  const statuses: number[] = [];
  const asides: ServiceHouse["asides"] = [];
  const next: (() => Response)[] = [];
  const asideOf = (request: ServiceRequest): Response | null => {
    for (const { isAside, answer } of Object.values(models))
      if (isAside?.(request) === true) return answer(request);
    return null;
  };
  const decide = (request: ServiceRequest): Response => {
    const exception = next.shift();
    if (exception !== undefined) return exception();
    for (const [kind, model] of Object.entries(models)) {
      const answer = model.answer(request);
      if (answer === null) continue;
      if (answer.ok) taken.push({ kind, text: model.read(request), request });
      return answer;
    }
    return new Response("nothing is here", { status: 404 });
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const received: ServiceRequest = {
        method: request.method,
        url: new URL(request.url),
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      };
      const aside = asideOf(received);
      if (aside !== null) {
        asides.push({ request: received, status: aside.status });
        return aside;
      }
      const answer = decide(received);
      statuses.push(answer.status);
      return answer;
    },
  });
  const listener = `127.0.0.1:${server.port}`;
  return {
    origin: `http://${listener}`,
    listener,
    taken,
    statuses,
    asides,
    answerNext: (...answers) => void next.push(...answers),
    stop: () => server.stop(true),
  };
};

export const jsonAnswer = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

/** JSON with the right content type, or null. */
export const readBody = ({ headers, body }: ServiceRequest): unknown => {
  if (headers["content-type"]?.startsWith("application/json") !== true) return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
};

/** As our side wrote it, for the checks of the suite's samples. */
export const asSent = ({ method, url, headers, body }: ServiceRequest): OutboundRequest => ({
  method: method as OutboundRequest["method"],
  url: url.href,
  headers,
  body: new TextEncoder().encode(body),
});
