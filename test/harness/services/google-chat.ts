// In: requests. Out: Google Chat's answers to a space's webhook.
import { googleChatSamples } from "../../channels/suite/types/google-chat";
import { jsonAnswer, readBody, type ServiceModel } from "./service";

const [sample] = googleChatSamples;
const KEY = "AIzaGoogle0001-ffffffffffffffffffffffff";
const TOKEN = "google0002_Token-gggggggggggggggggggggggg";
const PATH = "/v1/spaces/AAAAgoogle3/messages";

const failed = (code: number, status: string): Response =>
  jsonAnswer(code, { error: { code, message: "…", status } });

export const googleChatService: ServiceModel = {
  config: (origin) => ({ webhook_url: `${origin}${PATH}?key=${KEY}&token=${TOKEN}` }),
  secrets: [KEY, TOKEN],
  answer: (request) => {
    const { url, body } = request;
    if (!url.pathname.startsWith("/v1/spaces/")) return null;
    if (url.pathname !== PATH) return failed(404, "NOT_FOUND");
    if (url.searchParams.get("key") !== KEY || url.searchParams.get("token") !== TOKEN)
      return failed(401, "UNAUTHENTICATED");
    const message = readBody(request) as { thread?: { threadKey?: string } } | null;
    if (message === null || sample!.breaches(body, undefined as never).length > 0)
      return failed(400, "INVALID_ARGUMENT");
    // Without the option a thread's key is ignored.
    if (url.searchParams.get("messageReplyOption") !== "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")
      return failed(400, "INVALID_ARGUMENT");
    return jsonAnswer(200, { name: "spaces/AAAAgoogle3/messages/1", thread: message.thread });
  },
  tooMany: { answer: () => failed(429, "RESOURCE_EXHAUSTED"), waitMs: 60_000 },
  refusal: { answer: () => failed(403, "PERMISSION_DENIED"), reason: /the webhook may not post there/ },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
