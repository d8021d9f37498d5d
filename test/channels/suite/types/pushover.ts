// In: nothing. Out: Pushover as the suite has to know it, by pushover.net/api: characters, priorities, and
// plain text unless `html` is set.
import { sentBody, tooLong, type TypeSample } from "../type-sample";

interface Sent {
  token: string;
  user: string;
  title: string;
  message: string;
  priority: number;
  retry?: number;
  expire?: number;
  url?: string;
  url_title?: string;
  html?: number;
}

const TOKEN = "acanary0001token0000000000001";
const USER = "ucanary0002user00000000000002";

export const pushoverSamples: TypeSample[] = [
  {
    variant: "pushover/user",
    config: { token: TOKEN, user: USER, retry_seconds: 45, sound: "siren" },
    canaries: [TOKEN, USER],
    hasCredentialsInBody: true,
    goodAnswer: '{"status":1,"request":"x"}',
    breaches: (_body, request) => {
      const sent = JSON.parse(sentBody(request)) as Sent;
      const { priority, retry = 0, expire = 0 } = sent;
      return [
        ...(sent.token === TOKEN && sent.user === USER ? [] : ["no credentials"]),
        ...(sent.message === "" ? ["no message"] : []),
        ...tooLong("message", sent.message, 1_024),
        ...tooLong("title", sent.title, 250),
        ...tooLong("url", sent.url, 512),
        ...tooLong("url_title", sent.url_title, 100),
        ...([-2, -1, 0, 1, 2].includes(priority) ? [] : [`priority ${priority}`]),
        ...(priority === 2 && (retry < 30 || expire > 10_800 || expire < retry) ? ["retry and expire"] : []),
      ];
    },
    show: (_body, request) => {
      const { title, message, url, url_title: label = "", html } = JSON.parse(sentBody(request)) as Sent;
      return {
        text: `${title}\n${message}`,
        mentions: [],
        links: url === undefined ? [] : [{ text: label, url }],
        markup: html === 1 ? ["html"] : [],
      };
    },
  },
];
