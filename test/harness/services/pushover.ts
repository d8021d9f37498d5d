// In: requests. Out: Pushover's answers: `status` 1 for what it took, also for the end of an alarm that
// repeats; 400 with the names of what is wrong; 429 once the month's messages are used up.
import { pushoverSamples } from "../../channels/suite/types/pushover";
import { asSent, jsonAnswer, readBody, type ServiceModel } from "./service";

const sample = pushoverSamples[0]!;
const CANCEL = /^\/pushover\/1\/receipts\/cancel_by_tag\/andon-[0-9a-f-]{36}\.json$/;

const failed = (errors: string[]): Response => jsonAnswer(400, { status: 0, errors, request: "r" });

export const pushoverService: ServiceModel = {
  config: (origin) => ({ ...sample.config, server: `${origin}/pushover` }),
  secrets: sample.canaries,
  answer: (request) => {
    const { pathname } = request.url;
    if (!pathname.startsWith("/pushover/")) return null;
    const given = readBody(request) as { token?: string } | null;
    if (CANCEL.test(pathname))
      return given?.token === sample.config["token"]
        ? jsonAnswer(200, { status: 1, request: "r", canceled: 1 })
        : failed(["application token is invalid"]);
    if (pathname !== "/pushover/1/messages.json") return jsonAnswer(404, { status: 0 });
    if (given === null) return failed(["message cannot be blank"]);
    const errors = sample.breaches(request.body, asSent(request));
    return errors.length > 0 ? failed(errors) : jsonAnswer(200, { status: 1, request: "r", receipt: "x" });
  },
  tooMany: {
    answer: () => jsonAnswer(429, { status: 0, errors: ["over the limit"], request: "r" }),
    waitMs: 5_000,
  },
  refusal: {
    answer: () => failed(["user identifier is invalid"]),
    reason: /does not know the user or group key/,
  },
  isAside: ({ url }) => url.pathname.startsWith("/pushover/1/receipts/"),
  testRequests: 5,
  read: ({ body }) =>
    sample.show!("", asSent({ method: "POST", url: new URL("http://x.test/"), headers: {}, body })).text,
};
