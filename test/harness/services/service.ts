// In: models of services. Out: one HTTP endpoint on loopback that answers as all of them, each by its
// own rules: what it refuses is refused here too, and what it asks to wait for is asked.

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
}

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
  /** What the next requests get instead of the service's own answer. */
  answerNext(...answers: (() => Response)[]): void;
  stop(): Promise<void>;
}

export const openServices = (models: Readonly<Record<string, ServiceModel>>): ServiceHouse => {
  const taken: Taken[] = [];
  const statuses: number[] = [];
  const next: (() => Response)[] = [];
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
      const answer = decide({
        method: request.method,
        url: new URL(request.url),
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
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
