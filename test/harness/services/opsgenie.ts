// In: requests. Out: the answers of Opsgenie's alert API, which Jira Service Management gives as well:
// everything is only taken (202); a wrong key is a 422.
import { opsgenieSamples } from "../../channels/suite/types/opsgenie";
import { asSent, jsonAnswer, readBody, type ServiceModel } from "./service";

const sample = opsgenieSamples[0]!;
const PREFIX = "/opsgenie/v2/alerts";

export const opsgenieService: ServiceModel = {
  config: (origin) => ({ ...sample.config, server: `${origin}/opsgenie/` }),
  secrets: sample.canaries,
  answer: (request) => {
    const { url, method } = request;
    if (!url.pathname.startsWith(PREFIX)) return null;
    if (method !== "POST" || readBody(request) === null) return jsonAnswer(400, { message: "Bad request" });
    if (!/^(\/[0-9a-f-]{36}\/(acknowledge|close))?$/.test(url.pathname.slice(PREFIX.length)))
      return jsonAnswer(404, { message: "Not found" });
    const errors = sample.breaches(request.body, asSent(request));
    if (errors.length > 0) return jsonAnswer(422, { message: "Request body is not processable", errors });
    return jsonAnswer(202, { result: "Request will be processed", took: 0.3, requestId: "r" });
  },
  tooMany: {
    answer: () => jsonAnswer(429, { message: "Too many" }, { "x-ratelimit-period-in-sec": "45" }),
    waitMs: 45_000,
  },
  refusal: {
    answer: () => jsonAnswer(422, { message: "Key format is not valid!", took: 0.0, requestId: "r" }),
    reason: /does not accept the API key/,
  },
  read: ({ body }) => sample.show!(body, undefined as never).text,
};
