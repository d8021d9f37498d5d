// In: requests. Out: Twilio's answers when a message is created, by www.twilio.com/docs/messaging.
import { smsSamples } from "../../channels/suite/types/sms";
import { asSent, jsonAnswer, type ServiceModel } from "./service";

const sample = smsSamples[0]!;
const { account_sid: sid, auth_token: token } = sample.config as { account_sid: string; auth_token: string };
const PATH = `/twilio/2010-04-01/Accounts/${sid}/Messages.json`;
const BASIC = `Basic ${Buffer.from(`${sid}:${token}`).toString("base64")}`;

const failed = (status: number, code: number): Response =>
  jsonAnswer(status, { code, message: "…", more_info: `https://www.twilio.com/docs/errors/${code}`, status });

export const smsService: ServiceModel = {
  config: (origin) => ({ ...sample.config, server: `${origin}/twilio` }),
  secrets: sample.canaries,
  // The default leaves out what is not worth a message on a phone.
  events: ["alert.triggered", "alert.acknowledged", "alert.resolved"],
  answer: (request) => {
    const { url, headers } = request;
    if (!url.pathname.startsWith("/twilio/")) return null;
    if (headers["authorization"] !== BASIC) return failed(401, 20_003);
    if (url.pathname !== PATH) return failed(404, 20_404);
    if (headers["content-type"] !== "application/x-www-form-urlencoded") return failed(400, 21_604);
    if (sample.breaches(request.body, asSent(request)).length > 0) return failed(400, 21_617);
    return jsonAnswer(201, { sid: "SM1", status: "queued", error_code: null });
  },
  tooMany: { answer: () => failed(429, 20_429), waitMs: 5_000 },
  refusal: { answer: () => failed(400, 21_610), reason: /the recipient has answered STOP/ },
  read: (request) => sample.show!(request.body, asSent(request)).text,
};
