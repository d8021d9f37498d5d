// In: requests. Out: Slack's answers to an incoming webhook: plain words, as docs.slack.dev lists them.
import { slackSamples } from "../../channels/suite/types/slack";
import { readBody, type ServiceModel } from "./service";

const [sample] = slackSamples;
const SECRET = "slackKey0001aaaaaaaaaaaa";
const PATH = `/services/T0SERVICE1/B0SERVICE2/${SECRET}`;

export const slackService: ServiceModel = {
  config: (origin) => ({ webhook_url: `${origin}${PATH}` }),
  secrets: [SECRET, "T0SERVICE1/B0SERVICE2"],
  answer: (request) => {
    const { method, url, body } = request;
    if (!url.pathname.startsWith("/services/")) return null;
    if (url.pathname !== PATH) return new Response("invalid_token", { status: 403 });
    if (method !== "POST" || readBody(request) === null)
      return new Response("invalid_payload", { status: 400 });
    if (sample!.breaches(body, undefined as never).length > 0)
      return new Response("invalid_blocks", { status: 400 });
    return new Response("ok");
  },
  tooMany: {
    answer: () => new Response("rate_limited", { status: 429, headers: { "retry-after": "30" } }),
    waitMs: 30_000,
  },
  refusal: {
    answer: () => new Response("channel_is_archived", { status: 410 }),
    reason: /the channel is archived/,
  },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
