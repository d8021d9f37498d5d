// In: requests. Out: a Gotify server's answers: the message that it keeps, or an error in its form.
import { gotifySamples } from "../../channels/suite/types/gotify";
import { asSent, jsonAnswer, readBody, type ServiceModel } from "./service";

const sample = gotifySamples[0]!;

const failed = (errorCode: number, error: string): Response =>
  jsonAnswer(errorCode, { error, errorCode, errorDescription: "…" });

export const gotifyService: ServiceModel = {
  config: (origin) => ({ ...sample.config, server: `${origin}/gotify` }),
  secrets: sample.canaries,
  answer: (request) => {
    const { url, headers } = request;
    if (url.pathname !== "/gotify/message") return null;
    if (headers["x-gotify-key"] !== sample.config["token"] || url.search !== "")
      return failed(401, "Unauthorized");
    const message = readBody(request);
    if (message === null || sample.breaches(request.body, asSent(request)).length > 0)
      return failed(400, "Bad Request");
    return jsonAnswer(200, { id: 25, appid: 5, date: "2026-04-04T10:30:05Z", ...message });
  },
  // Gotify has no limits; a proxy before it may.
  tooMany: {
    answer: () => new Response("slow down", { status: 429, headers: { "retry-after": "20" } }),
    waitMs: 20_000,
  },
  refusal: {
    answer: () =>
      new Response("<!doctype html><title>Sign in</title>", { headers: { "content-type": "text/html" } }),
    reason: /A web page answered 200, not Gotify/,
  },
  read: ({ body }) => sample.show!(body, undefined as never).text,
};
