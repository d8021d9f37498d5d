// In: nothing. Out: Opsgenie and Jira Service Management as the suite has to know them, by
// docs.opsgenie.com/docs/alert-api.
import { headerOf, httpOf, sentBody, showPlainJson, tooLong, type TypeSample } from "../type-sample";

const KEY = "canary-0001-genie-0002";

interface Sent {
  message?: string;
  alias?: string;
  description?: string;
  details?: Record<string, string>;
  entity?: string;
  tags?: string[];
  priority?: string;
  source: string;
  user?: string;
  note?: string;
}

const breachesOf = (sent: Sent, url: string): string[] => {
  const { pathname, search } = new URL(url);
  const details = Object.entries(sent.details ?? {}).reduce((sum, pair) => sum + pair.join("").length, 0);
  const isCreate = pathname.endsWith("/v2/alerts");
  return [
    ...(isCreate ? [] : search === "?identifierType=alias" ? [] : [`query ${search}`]),
    ...(isCreate && !sent.message ? ["no message"] : []),
    ...(isCreate && !/^P[1-5]$/.test(sent.priority ?? "") ? [`priority ${sent.priority}`] : []),
    ...tooLong("message", sent.message, 130),
    ...tooLong("alias", sent.alias, 512),
    ...tooLong("description", sent.description, 15_000),
    ...tooLong("entity", sent.entity, 512),
    ...tooLong("source", sent.source, 100),
    ...tooLong("user", sent.user, 100),
    ...tooLong("note", sent.note, 25_000),
    ...(details > 8_000 ? [`details: ${details}`] : []),
    ...(sent.tags ?? []).flatMap((tag) => tooLong("tag", tag, 50)),
  ];
};

const sample = (region: "us" | "jsm"): TypeSample => ({
  variant: `opsgenie/${region}`,
  config: { api_key: KEY, region },
  canaries: [KEY],
  isEnvelope: true,
  goodAnswer: '{"result":"Request will be processed","took":0.1,"requestId":"x"}',
  breaches: (_body, request) => [
    ...(headerOf(request, "Authorization") === `GenieKey ${KEY}` ? [] : ["no key"]),
    ...breachesOf(JSON.parse(sentBody(request)) as Sent, httpOf(request).url),
  ],
  show: showPlainJson,
});

export const opsgenieSamples: TypeSample[] = [sample("us"), sample("jsm")];
