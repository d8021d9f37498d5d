// In: requests. Out: an Apprise API server's answers, by caronc/apprise-api: 424 where a service behind it
// did not take the message, 204 where there is none.
import { appriseSamples } from "../../channels/suite/types/apprise";
import { asSent, jsonAnswer, readBody, type ServiceModel } from "./service";

const sample = appriseSamples[0]!;
const URLS = sample.config["urls"] as string[];

export const appriseService: ServiceModel = {
  config: (origin) => ({ server: `${origin}/apprise`, urls: [URLS[0]] }),
  secrets: [URLS[0]!],
  answer: (request) => {
    if (!request.url.pathname.startsWith("/apprise/notify")) return null;
    if (readBody(request) === null) return jsonAnswer(400, { error: "Invalid JSON" });
    if (sample.breaches(request.body, asSent(request)).length > 0)
      return jsonAnswer(400, { error: "Payload lacks minimum requirements" });
    return jsonAnswer(200, { error: null });
  },
  tooMany: { answer: () => jsonAnswer(429, { error: "busy" }, { "retry-after": "15" }), waitMs: 15_000 },
  refusal: { answer: () => new Response(null, { status: 204 }), reason: /no configuration under this key/ },
  read: (request) => sample.show!(request.body, asSent(request)).text,
};
