// In: nothing. Out: SMS as the suite has to know it: Twilio by www.twilio.com/docs/messaging, gateways by
// the forms that their makers print. A phone shows letters and nothing else.
import type { TransportRequest } from "../../../../src/channels/channel";
import { httpOf, sentBody, tooLong, type Shown, type TypeSample } from "../type-sample";

const TOKEN = "canary0001auth0002token0003";
const PASSWORD = "canary-password-0004 &+";
const HEADER = "canary-header-0005";
const SID = "AC00000000000000000000000000000001";

const showText = (text: string): Shown => ({ text, mentions: [], links: [], markup: [] });

const basic = (name: string, password: string): string =>
  Buffer.from(`${name}:${password}`).toString("base64");

const formOf = (request: TransportRequest): URLSearchParams => new URLSearchParams(sentBody(request));

const queryOf = (request: TransportRequest): URLSearchParams => new URL(httpOf(request).url).searchParams;

const breachesOf = (to: string | null, expected: string, text: string | null, longest: number): string[] => [
  ...(to === expected ? [] : [`to ${to}`]),
  ...(text === null || text === "" ? ["no text"] : tooLong("text", text, longest)),
];

interface Gateway {
  variant: string;
  config: Record<string, unknown>;
  canaries: string[];
  to: string;
  longest?: number;
  read: (request: TransportRequest) => { to: string | null; text: string | null };
}

const gateway = ({ variant, config, canaries, to, longest = 320, read }: Gateway): TypeSample => ({
  variant: `sms/${variant}`,
  config: { provider: "http", to: ["+49 170 1234567", "0049-171-7654321"], ...config },
  canaries,
  isEnvelope: true,
  goodAnswer: "OK; ID=297",
  breaches: (_body, request) => {
    const sent = read(request);
    return breachesOf(sent.to, to, sent.text, longest);
  },
  show: (_body, request) => showText(read(request).text ?? ""),
});

export const smsSamples: TypeSample[] = [
  {
    variant: "sms/twilio",
    config: {
      provider: "twilio",
      to: ["+491701234567"],
      account_sid: SID,
      auth_token: TOKEN,
      from: "+15017122661",
    },
    canaries: [TOKEN, basic(SID, TOKEN)],
    isEnvelope: true,
    goodAnswer: '{"sid":"SM1","status":"queued","error_code":null}',
    breaches: (_body, request) => {
      const form = formOf(request);
      return [
        ...breachesOf(form.get("To"), "+491701234567", form.get("Body"), 320),
        ...(form.get("From") === "+15017122661" ? [] : ["no sender"]),
      ];
    },
    show: (_body, request) => showText(formOf(request).get("Body") ?? ""),
  },
  gateway({
    variant: "get",
    // As the manual of a Teltonika router prints it.
    config: {
      url: "http://192.168.1.1/cgi-bin/sms_send?username={{username}}&password={{password}}&number=00{{to_digits}}&text={{text}}",
      method: "GET",
      username: "admin",
      password: PASSWORD,
      success_text: "OK",
      max_length: 160,
    },
    canaries: [PASSWORD, encodeURIComponent(PASSWORD)],
    to: "00491701234567",
    longest: 160,
    read: (request) => ({ to: queryOf(request).get("number"), text: queryOf(request).get("text") }),
  }),
  gateway({
    variant: "json",
    config: {
      url: "http://sms.plant.test/api/messages",
      body_type: "json",
      body: '{"to": ["{{to}}"], "message": {"text": "{{text}}"}, "key": "{{password}}"}',
      password: "canary-password-0004",
      headers: { "X-Api-Key": HEADER },
    },
    canaries: ["canary-password-0004", HEADER],
    to: "+491701234567",
    read: (request) => {
      const sent = JSON.parse(sentBody(request)) as { to: string[]; message: { text: string } };
      return { to: sent.to[0] ?? null, text: sent.message.text };
    },
  }),
  gateway({
    variant: "form",
    config: { url: "http://sms.plant.test/send", username: "andon", password: PASSWORD },
    canaries: [PASSWORD, basic("andon", PASSWORD)],
    to: "+491701234567",
    read: (request) => ({ to: formOf(request).get("to"), text: formOf(request).get("text") }),
  }),
];
