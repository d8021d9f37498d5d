// In: nothing. Out: ntfy as the suite has to know it, by docs.ntfy.sh/publish and binwiederhier/ntfy,
// server: 4,096 bytes of message, twice as much for a body in JSON, three actions. Markdown is off.
import { sentBody, type ShownLink, type TypeSample } from "../type-sample";

interface Sent {
  topic: string;
  title: string;
  message: string;
  priority: number;
  tags: string[];
  click?: string;
  actions?: { action: string; label: string; url: string }[];
  markdown?: boolean;
}

const TOPIC = "canary-topic-0001";
const TOKEN = "tk_canary0002token";
const PASSWORD = "canary-password-0003";

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

const breaches: TypeSample["breaches"] = (_body, request) => {
  const body = sentBody(request);
  const { topic, title, message, priority, tags, actions = [], markdown } = JSON.parse(body) as Sent;
  return [
    ...(topic === TOPIC ? [] : ["no topic"]),
    ...(bytesOf(body) > 8_192 ? [`body: ${bytesOf(body)} bytes`] : []),
    ...(bytesOf(message) > 4_096 ? [`message: ${bytesOf(message)} bytes`] : []),
    ...(message === "" || title === "" ? ["an empty text"] : []),
    ...([1, 2, 3, 4, 5].includes(priority) ? [] : [`priority ${priority}`]),
    ...(tags.every((tag) => /^[a-z_]+$/.test(tag)) ? [] : ["tags"]),
    ...(actions.length > 3 ? ["actions"] : []),
    ...(markdown === true ? ["markdown"] : []),
  ];
};

const show: TypeSample["show"] = (_body, request) => {
  const { title, message, click, actions = [] } = JSON.parse(sentBody(request)) as Sent;
  const links: ShownLink[] = actions.map(({ label, url }) => ({ text: label, url }));
  if (click !== undefined) links.push({ text: "click", url: click });
  return { text: `${title}\n${message}`, mentions: [], links, markup: [] };
};

const sample = (account: string, more: Record<string, unknown>, canaries: string[]): TypeSample => ({
  variant: `ntfy/${account}`,
  config: { server: "http://ntfy.plant.test", topic: TOPIC, ...more },
  canaries: [TOPIC, ...canaries],
  hasCredentialsInBody: true,
  goodAnswer: '{"id":"x","time":1775298605,"event":"message"}',
  breaches,
  show,
});

export const ntfySamples: TypeSample[] = [
  sample("token", { token: TOKEN }, [TOKEN]),
  sample("password", { username: "andon", password: PASSWORD }, [
    PASSWORD,
    Buffer.from(`andon:${PASSWORD}`).toString("base64"),
  ]),
];
