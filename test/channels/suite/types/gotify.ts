// In: nothing. Out: Gotify as the suite has to know it, by gotify/server, model/message.go, and
// gotify.net/docs/msgextras: plain text as long as the display extra says so.
import { headerOf, httpOf, sentBody, type TypeSample } from "../type-sample";

interface Sent {
  title: string;
  message: string;
  priority: number;
  extras: {
    "client::display": { contentType: string };
    "client::notification"?: { click: { url: string } };
  };
}

const TOKEN = "ACanary.Token0001";

export const gotifySamples: TypeSample[] = [
  {
    variant: "gotify/server",
    config: { server: "http://gotify.plant.test/push", token: TOKEN },
    canaries: [TOKEN],
    goodAnswer: '{"id":25,"appid":5,"message":"x"}',
    breaches: (_body, request) => {
      const { title, message, priority } = JSON.parse(sentBody(request)) as Sent;
      const { pathname } = new URL(httpOf(request).url);
      return [
        ...(message === "" || title === "" ? ["an empty text"] : []),
        ...(Number.isInteger(priority) && priority >= 0 && priority <= 10 ? [] : ["priority"]),
        ...(headerOf(request, "X-Gotify-Key") === TOKEN ? [] : ["no token"]),
        ...(pathname.endsWith("/message") ? [] : [`address ${pathname}`]),
      ];
    },
    show: (body) => {
      const { title, message, extras } = JSON.parse(body) as Sent;
      const click = extras["client::notification"]?.click.url;
      return {
        text: `${title}\n${message}`,
        mentions: [],
        links: click === undefined ? [] : [{ text: "click", url: click }],
        markup: extras["client::display"].contentType === "text/plain" ? [] : ["markdown"],
      };
    },
  },
];
