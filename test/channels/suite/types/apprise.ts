// In: nothing. Out: an Apprise API server as the suite has to know it, by caronc/apprise-api: with
// `format: text` no service gets mark-up from it.
import { sentBody, type TypeSample } from "../type-sample";

interface Sent {
  urls?: string;
  title: string;
  body: string;
  type: string;
  format: string;
  tag?: string;
}

const URLS = ["mailto://kim:canary0001@plant.test", "tgram://canary0002token/123456"];
const KEY = "canary-key-0003";

const sample = (variant: string, config: Record<string, unknown>, canaries: string[]): TypeSample => ({
  variant: `apprise/${variant}`,
  config: { server: "http://apprise.plant.test:8000", ...config },
  canaries,
  isEnvelope: true,
  ownStatuses: [204],
  goodAnswer: '{"error":null}',
  breaches: (_body, request) => {
    const { urls, title, body, type, format } = JSON.parse(sentBody(request)) as Sent;
    return [
      ...(variant === "key" || urls === URLS[0] ? [] : ["no URL"]),
      ...(body === "" || title === "" ? ["an empty text"] : []),
      ...(["info", "success", "warning", "failure"].includes(type) ? [] : [`type ${type}`]),
      ...(format === "text" ? [] : [`format ${format}`]),
    ];
  },
  show: (_body, request) => {
    const { title, body, format } = JSON.parse(sentBody(request)) as Sent;
    return { text: `${title}\n${body}`, mentions: [], links: [], markup: format === "text" ? [] : [format] };
  },
});

export const appriseSamples: TypeSample[] = [
  sample("urls", { urls: URLS }, URLS),
  sample("key", { key: KEY, tag: "plant", username: "andon", password: "canary-password-0004" }, [
    KEY,
    "canary-password-0004",
  ]),
];
