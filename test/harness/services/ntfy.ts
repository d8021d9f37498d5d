// In: requests. Out: a ntfy server's answers: JSON is read at the root and nowhere else; errors carry
// five digits, as binwiederhier/ntfy, server/errors.go, lists them.
import { ntfySamples } from "../../channels/suite/types/ntfy";
import { asSent, jsonAnswer, readBody, type ServiceModel } from "./service";

const sample = ntfySamples[0]!;

const failed = (http: number, code: number, error: string): Response =>
  jsonAnswer(http, { code, http, error });

export const ntfyService: ServiceModel = {
  config: (origin) => ({ ...sample.config, server: `${origin}/ntfy` }),
  secrets: sample.canaries,
  answer: (request) => {
    const { url, headers, method } = request;
    if (!url.pathname.startsWith("/ntfy/")) return null;
    if (url.pathname !== "/ntfy/" || method !== "POST") return failed(404, 40_401, "page not found");
    if (headers["authorization"] !== `Bearer ${String(sample.config["token"])}`)
      return failed(401, 40_101, "unauthorized");
    if (readBody(request) === null) return failed(400, 40_017, "request body must be message JSON");
    if (sample.breaches(request.body, asSent(request)).length > 0)
      return failed(413, 41_303, "JSON body too large");
    return jsonAnswer(200, { id: "x", time: 1, event: "message", topic: sample.config["topic"] });
  },
  tooMany: {
    answer: () => failed(429, 42_901, "limit reached: too many requests, please be nice"),
    waitMs: 5_000,
  },
  refusal: { answer: () => failed(403, 40_301, "forbidden"), reason: /did not accept the credentials/ },
  read: ({ body }) => {
    const { title, message } = JSON.parse(body) as { title: string; message: string };
    return `${title}\n${message}`;
  },
};
