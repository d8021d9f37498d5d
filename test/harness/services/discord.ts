// In: requests. Out: Discord's answers to a webhook: JSON with Discord's own codes.
import { discordSamples } from "../../channels/suite/types/discord";
import { jsonAnswer, readBody, type ServiceModel } from "./service";

const [sample] = discordSamples;
const TOKEN = "discordToken0001-cccccccccccccccccccccccccccccccccccccc";
const PATH = `/api/webhooks/1099511627776000002/${TOKEN}`;

export const discordService: ServiceModel = {
  config: (origin) => ({ webhook_url: `${origin}${PATH}`, thread_id: "1099511627776000777" }),
  secrets: [TOKEN],
  answer: (request) => {
    const { url, body } = request;
    if (!url.pathname.startsWith("/api/webhooks/")) return null;
    if (url.pathname !== PATH) return jsonAnswer(404, { message: "Unknown Webhook", code: 10015 });
    if (url.searchParams.get("thread_id") !== "1099511627776000777")
      return jsonAnswer(400, {
        message: "Webhooks posted to forum channels must have a thread",
        code: 220001,
      });
    if (readBody(request) === null || sample!.breaches(body, undefined as never).length > 0)
      return jsonAnswer(400, { message: "Invalid Form Body", code: 50035, errors: {} });
    return url.searchParams.get("wait") === "true"
      ? jsonAnswer(200, { id: "1" })
      : new Response(null, { status: 204 });
  },
  tooMany: {
    answer: () =>
      jsonAnswer(
        429,
        { message: "You are being rate limited.", retry_after: 41.336, global: false },
        { "retry-after": "1" },
      ),
    waitMs: 41_336,
  },
  refusal: {
    answer: () => jsonAnswer(404, { message: "Unknown Webhook", code: 10015 }),
    reason: /the webhook was deleted/,
  },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
