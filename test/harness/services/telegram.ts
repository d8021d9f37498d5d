// In: requests. Out: the answers of a Bot API server.
import { telegramSamples } from "../../channels/suite/types/telegram";
import { jsonAnswer, readBody, type ServiceModel } from "./service";

const [sample] = telegramSamples;
const KEY = "AAEtelegram0001_dddddddddddddddddddd";
const TOKEN = `987654321:${KEY}`;
const CHAT = -1_009_876_543_210;

const failed = (code: number, description: string, parameters?: unknown): Response =>
  jsonAnswer(code, {
    ok: false,
    error_code: code,
    description,
    ...(parameters === undefined ? {} : { parameters }),
  });

export const telegramService: ServiceModel = {
  config: (origin) => ({
    bot_token: TOKEN,
    chat_id: String(CHAT),
    thread_id: 7,
    server: `${origin}/telegram`,
  }),
  secrets: [KEY],
  answer: (request) => {
    const { method, url, body } = request;
    if (!url.pathname.startsWith("/telegram/")) return null;
    if (!url.pathname.startsWith(`/telegram/bot${TOKEN}/`)) return failed(401, "Unauthorized");
    if (url.pathname !== `/telegram/bot${TOKEN}/sendMessage` || method !== "POST")
      return failed(404, "Not Found");
    const message = readBody(request) as { chat_id?: number; message_thread_id?: number } | null;
    if (message?.chat_id !== CHAT) return failed(400, "Bad Request: chat not found");
    if (message.message_thread_id !== 7) return failed(400, "Bad Request: message thread not found");
    if (sample!.breaches(body, undefined as never).length > 0)
      return failed(400, "Bad Request: can't parse entities");
    return jsonAnswer(200, {
      ok: true,
      result: { message_id: 1, chat: { id: CHAT }, text: "…".repeat(5_000) },
    });
  },
  tooMany: {
    answer: () => failed(429, "Too Many Requests: retry after 35", { retry_after: 35 }),
    waitMs: 35_000,
  },
  refusal: {
    answer: () => failed(403, "Forbidden: bot was kicked from the supergroup chat"),
    reason: /the bot was removed from the chat/,
  },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
