// In: requests. Out: Mattermost's answers to an incoming webhook.
import { mattermostSamples } from "../../channels/suite/types/mattermost";
import { jsonAnswer, readBody, type ServiceModel } from "./service";

const [sample] = mattermostSamples;
const KEY = "mattermost0001hookkeyeeeee";
const PATH = `/hooks/${KEY}`;

const failed = (status: number, id: string): Response =>
  jsonAnswer(status, { id, message: "…", detailed_error: "", request_id: "r", status_code: status });

export const mattermostService: ServiceModel = {
  config: (origin) => ({ webhook_url: `${origin}${PATH}`, channel: "town-square" }),
  secrets: [KEY],
  answer: (request) => {
    const { url, body } = request;
    if (!url.pathname.startsWith("/hooks/")) return null;
    if (url.pathname !== PATH) return failed(400, "web.incoming_webhook.invalid.app_error");
    const post = readBody(request) as { channel?: string } | null;
    if (post === null || sample!.breaches(body, undefined as never).length > 0)
      return failed(400, "web.incoming_webhook.parse.app_error");
    return post.channel === "town-square"
      ? new Response("ok")
      : failed(404, "web.incoming_webhook.channel.app_error");
  },
  tooMany: {
    answer: () => new Response("limit exceeded", { status: 429, headers: { "retry-after": "20" } }),
    waitMs: 20_000,
  },
  refusal: {
    answer: () => failed(501, "web.incoming_webhook.disabled.app_error"),
    reason: /incoming webhooks are switched off/,
  },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
