// The dialect `custom`: templates that come out as JSON whatever people write, templates that would
// not, templates that never end, and the GET of a tower light.
import { describe, expect, test } from "bun:test";
import type { Message } from "../../src/channels/channel";
import { sampleMessages } from "../../src/channels/sample";
import { webhook } from "../../src/channels/webhook";
import { wordingOf } from "../../src/channels/wording";
import { isAppError } from "../../src/core/errors";
import { TELLABLE_EVENTS, type TellableEvent } from "../../src/core/events";
import { MESSAGES } from "./suite/samples";

type Settings = Record<string, unknown>;

const DEFAULT = TELLABLE_EVENTS.filter((event) => !event.startsWith("channel."));

const parse = (config: Settings) =>
  webhook.parse({ url: "https://hooks.test/in", dialect: "custom", ...config });

const bodyOf = (template: string, message: Message = MESSAGES["alert.triggered"]!, more: Settings = {}) =>
  new TextDecoder().decode(webhook.compose(message, parse({ template, ...more })).body);

/** Field and sentence of the refusal; null when there is none. */
const refusalOf = (act: () => unknown): [string, string] | null => {
  try {
    act();
    return null;
  } catch (error) {
    if (!isAppError(error, "invalid")) throw error;
    return [error.context.field ?? "", error.message];
  }
};

const save = (config: Settings, events: readonly TellableEvent[] | null = null) =>
  refusalOf(() => webhook.check?.(parse(config), { events: events ?? DEFAULT, areNamed: events !== null }));

const withMessage = (text: string): Message => {
  const message = MESSAGES["alert.triggered"]!;
  return { ...message, alert: { ...message.alert!, message: text } };
};

describe("what a template is given", () => {
  test("Andon's payload, and the words that people are told", () => {
    const message = MESSAGES["alert.triggered"]!;
    const { headline, body, facts, tone, threadKey, url } = wordingOf(message);
    const template = `{
      "words": ["{{ headline }}", "{{ text }}", "{{ tone }}", "{{ thread_key }}", "{{ url }}"],
      "value": {{ alert.metric_value }}, "unit": "{{ alert.unit }}", "slug": "{{ organization.slug }}",
      "facts": [{% for fact in facts %}"{{ fact.label }}={{ fact.value }}"{% unless forloop.last %},{% endunless %}{% endfor %}]
    }`;
    expect(JSON.parse(bodyOf(template, message))).toEqual({
      words: [headline, body, tone, threadKey, url],
      value: 87.3,
      unit: "°C",
      slug: "plant-7",
      facts: facts.map(([label, value]) => `${label}=${value}`),
    });
  });

  test("what an event has not is empty, and null as JSON", () => {
    expect(
      bodyOf('{"a": {{ alert.name | json }}, "b": "{{ alert.name }}"}', MESSAGES["incident.opened"]),
    ).toBe('{"a": null, "b": ""}');
    expect(bodyOf('{"a": {{ alert.metric_value | default: 0 }}}', MESSAGES["service.status_changed"])).toBe(
      '{"a": 0}',
    );
  });

  test("the moment of the event for `now`, in UTC: the same whenever and wherever it is composed", () => {
    const template =
      '{"at": "{{ "now" | date: "%Y-%m-%dT%H:%M:%S" }}", "here": "{{ timestamp | date: "%H:%M", "Asia/Tokyo" }}"}';
    expect(bodyOf(template)).toBe('{"at": "2026-04-04T10:30:05", "here": "19:30"}');
  });
});

test("the names of a rule's message, where there is an alert", () => {
  const template = '{"text": "{{machine}} {{metric}} {{value}} {{unit}} {{threshold}}"}';
  expect(bodyOf(template)).toBe('{"text": "CNC Mill #1 temperature 87.3 °C 85"}');
  expect(save({ template })).toBeNull();
});

describe("what is written into JSON", () => {
  const NASTY = [
    '"',
    "\\",
    '"}',
    "a\nb",
    "\u0000\u001f",
    "\u2028",
    "\ud800",
    "</script>",
    "{{ x }}",
    "{% if %}",
  ];

  test("is escaped inside quotes, and whole with `json`", () => {
    for (const text of NASTY) {
      const body = bodyOf('{"a": "{{ alert.message }}", "b": {{ alert.message | json }}}', withMessage(text));
      const { a, b } = JSON.parse(body) as Record<string, string>;
      // What is no character of Unicode leaves as the replacement character.
      expect([a, b]).toEqual(
        [text.toWellFormed(), text.toWellFormed()].map((one) => (text === "\ud800" ? text : one)),
      );
    }
  });

  test("is left alone with `raw`, and refused on sending when the result is no JSON", () => {
    const template = '{"a": {{ alert.message | raw }}}';
    expect(bodyOf(template, withMessage('[1, "x"]'))).toBe('{"a": [1, "x"]}');
    expect(refusalOf(() => bodyOf(template, withMessage("no JSON")))).toEqual([
      "config.template",
      'The result is no JSON: at its line 1, column 7, a value is missing before "n". If it shall be none, say so in content_type.',
    ]);
  });

  test("lists and objects become JSON", () => {
    expect(bodyOf('{"a": {{ alert.labels }}}')).toBe(
      '{"a": {"line":"A","":"naïve \\"quoted\\" \u2028 <b>"}}',
    );
  });

  test("is left alone in any other content type", () => {
    const template =
      "temperature,machine={{ alert.machine_name | replace: ' ', '\\\\ ' }} value={{ alert.metric_value }}";
    const { body, contentType } = webhook.compose(
      MESSAGES["alert.triggered"]!,
      parse({ template, content_type: "text/plain; charset=utf-8" }),
    );
    expect(new TextDecoder().decode(body)).toBe("temperature,machine=CNC\\ Mill\\ #1 value=87.3");
    expect(contentType).toBe("text/plain; charset=utf-8");
  });
});

describe("before it is saved", () => {
  test("what is no Liquid is refused with its line", () => {
    const cases: [string, string][] = [
      ["{\n\n{% if alert %}\n}", "Line 3: The tag {% if alert %} is not closed."],
      ['{"a":\n{{ alert.name | shout }}}', "Line 2: There is no filter shout."],
      ["{% frobnicate %}", "Line 1: There is no tag frobnicate."],
      ['{"a": {{ alert.name }', "Line 1: The output {{ alert.name } is not closed."],
      ["\n{% for %}{% endfor %}", "Line 2:"],
    ];
    for (const [template, sentence] of cases) {
      const [field, message] = refusalOf(() => parse({ template })) ?? ["", ""];
      expect([template, field]).toEqual([template, "config.template"]);
      expect(message).toStartWith(sentence);
    }
  });

  test("a variable that no message has is refused with its line and what there is", () => {
    const [field, message] = save({ template: '{\n"a": "{{ alert.nmae }}"}' }) ?? ["", ""];
    expect(field).toBe("config.template");
    expect(message).toStartWith(
      "Line 2: alert.nmae is nothing that a message has. Known here: acknowledged_at,",
    );
    expect(save({ template: '{"a": "{{ alrt.name }}"}' })?.[1]).toContain(
      "alrt is nothing that a message has",
    );
    expect(save({ template: '{"a": {{ incident.services[0].name | json }}}' })).toBeNull();
    expect(
      save({ template: '{"a": {{ alert.labels.anything | json }}, "n": {{ note | json }}}' }),
    ).toBeNull();
    expect(
      save({
        template:
          '{% assign x = alert.name %}{"a": {{ x | json }}, "n": {{ facts.size }}, "f": {{ facts.first.label | json }}}',
      }),
    ).toBeNull();
    expect(
      save({
        template: "[{% for f in facts %}{{ f.label | json }},{% endfor %}{{ escalation.step | json }}]",
      }),
    ).toBeNull();
  });

  test("a result that is no JSON is refused, also when only people's texts break it", () => {
    expect(save({ template: "{ nothing }" })).toEqual([
      "config.template",
      "With alert.triggered: The result is no JSON: at its line 1, column 3, a name in double quotes is missing. If it shall be none, say so in content_type.",
    ]);
    expect(save({ template: '{"a": "{{ alert.message | raw }}"}' })?.[1]).toStartWith(
      "With a quotation mark or a line break in a text of alert.triggered: The result is no JSON: at its line 1, column 40,",
    );
    expect(save({ template: '{"a": {{ alert.metric_value }}}', content_type: "text/plain" })).toBeNull();
    expect(save({ template: "{", content_type: "application/vnd.api+json" })).not.toBeNull();
  });

  test("a channel that names its events must be able to tell each of them", () => {
    const template = '{"value": {{ alert.metric_value }}}';
    expect(save({ template })).toBeNull();
    expect(save({ template }, ["alert.triggered", "alert.resolved"])).toBeNull();
    expect(save({ template }, ["alert.triggered", "incident.opened"])).toEqual([
      "config.template",
      'With incident.opened: The result is no JSON: at its line 1, column 11, a value is missing before "}". If it shall be none, say so in content_type.',
    ]);
    expect(save({ template: '{"i": {{ incident.number }}}' }, ["incident.opened"])).toBeNull();
  });

  test("every wrong setting is refused with its field", () => {
    const cases: [Settings, string][] = [
      [{}, "config.template"],
      [{ template: "" }, "config.template"],
      [{ template: "x".repeat(65_537) }, "config.template"],
      [{ template: 7 }, "config.template"],
      [{ template: "{}", content_type: "json" }, "config.content_type"],
      [{ template: "{}", content_type: "text/plain\r\nX: y" }, "config.content_type"],
      [{ template: "{}", dialect: "andon" }, "config.template"],
      [{ content_type: "text/plain", dialect: "haltless" }, "config.content_type"],
      [{ url_query: "a=1", dialect: "roboticks" }, "config.url_query"],
      [{ method: "GET", url_query: "{% if %}" }, "config.url_query"],
      [{ method: "DELETE", template: "{}" }, "config.method"],
    ];
    for (const [config, field] of cases)
      expect([config, refusalOf(() => parse(config))?.[0]]).toEqual([config, field]);
    for (const dialect of ["andon", "haltless", "statuspulse", "alertmanager", "cloudevents"])
      expect(refusalOf(() => parse({ dialect, method: "GET" }))).toEqual([
        "config.method",
        "GET sends no body: choose one of POST, PUT, PATCH, or the dialect custom.",
      ]);
  });

  test("the test message is one that the template can tell", () => {
    const eventOf = (template: string) => webhook.testEvents(parse({ template }));
    expect(eventOf('{"a": {{ alert.metric_value }}}')).toEqual(["channel.test"]);
    expect(eventOf('{"a": {{ incident.number }}}')).toEqual(["incident.opened"]);
    expect(
      eventOf('{"a": {{ service.status | json }}, "b": [{{ service.id | json | slice: 0, 1 | raw }}"]}'),
    ).toEqual(["service.status_changed"]);
  });
});

describe("a template can't", () => {
  const doubled = (round: string): string =>
    `{% assign s = "aaaaaaaaaa" %}{% for i in (1..40) %}${round}{% endfor %}{{ s | size }}`;
  const LARGE = "The template makes far too much of its texts.";

  test("run for ever, or take memory without end", () => {
    const cases: [string, string][] = [
      ["{% for i in (1..1000000000) %}a{% endfor %}", LARGE],
      [
        "{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
        "The template does not come to an end.",
      ],
      [
        "{% for i in (1..1000) %}{% for j in (1..1000) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}{% endfor %}",
        "The template does not come to an end.",
      ],
      ['{{ "2024-01-01" | date: "%999999999d" }}', LARGE],
      [doubled("{% assign s = s | append: s %}"), LARGE],
      [doubled('{% assign s = s | replace: "a", "aaaaaaaaaaa" %}'), LARGE],
      [doubled('{% assign q = s | split: "" %}{% assign s = q | join: s %}'), LARGE],
      [doubled("{% capture s %}{{ s }}{{ s }}{% endcapture %}"), "The result is far too long."],
      ['{{ "abc" | slice: 0, 999999999 }}', LARGE],
      ["{% assign x = 100000000 %}{{ (1..x) | size }}", LARGE],
      [`${"{% if alert %}".repeat(4_000)}x${"{% endif %}".repeat(4_000)}`, ""],
    ];
    for (const [template, sentence] of cases) {
      const [field, message] =
        refusalOf(() => bodyOf(template, undefined, { content_type: "text/plain" })) ?? [];
      expect([template.slice(0, 60), field]).toEqual([template.slice(0, 60), "config.template"]);
      expect(message).toContain(sentence);
    }
  });

  test("read files, other templates or what belongs to the program", () => {
    for (const tag of ["include", "render", "layout"])
      expect(refusalOf(() => parse({ template: `{% ${tag} "/etc/passwd" %}` }))).toEqual([
        "config.template",
        `Line 1: There is no tag ${tag}.`,
      ]);
    for (const path of [
      "alert.constructor.name",
      "alert.__proto__",
      "constructor",
      "alert.message.constructor",
      "alert.labels.toString",
    ])
      expect([path, bodyOf(`[{{ ${path} | json }}]`)]).toEqual([path, "[null]"]);
    for (const filter of ["sample", "where_exp: 'x', 'x'", "find_exp: 'x', 'x'"])
      expect(refusalOf(() => parse({ template: `{{ facts | ${filter} }}` }))?.[1]).toContain(
        "There is no filter",
      );
  });

  test("change what the next message is given", () => {
    const config = parse({
      template: '{% increment event %}{% assign alert = "x" %}',
      content_type: "text/plain",
    });
    const once = webhook.compose(MESSAGES["alert.triggered"]!, config).body;
    expect(webhook.compose(MESSAGES["alert.triggered"]!, config).body).toEqual(once);
    expect(MESSAGES["alert.triggered"]!.event).toBe("alert.triggered");
  });

  test("make a body of more than 256 KiB; a message with long texts is told with shorter ones", () => {
    const ten = "{{ alert.message }}".repeat(10);
    const body = bodyOf(`{"a": "${ten}"}`, withMessage("x".repeat(100_000)));
    expect(body.length).toBeLessThan(262_144);
    expect(JSON.parse(body)).toEqual({ a: `${"x".repeat(999)}…`.repeat(10) });
    // However short the texts are cut, these IDs alone are too much.
    const ids = `{% for i in (1..9000) %}{{ alert.id }}{% endfor %}`;
    expect(refusalOf(() => bodyOf(`{"a": "${ids}"}`))).toEqual([
      "config.template",
      "The result has 324009 bytes, more than 262144.",
    ]);
  });
});

describe("GET", () => {
  const light = (config: Settings) =>
    parse({ method: "GET", url: "http://10.0.0.7/api/control?user=plc", ...config });
  const requestFor = (message: Message, config: Settings) => {
    const settings = light(config);
    return webhook.request(webhook.compose(message, settings), settings, {
      deliveryId: "0192-delivery",
      now: Date.UTC(2026, 0, 1),
      version: "1.0.0",
    });
  };
  const QUERY = `
    alert={% if phase == "closed" %}000000{% elsif tone == "critical" %}200001{% else %}020000{% endif %}
    &text={{ headline }}`;

  test("puts what the template makes behind the URL, escaped, and sends no body", () => {
    const request = requestFor(MESSAGES["alert.triggered"]!, { url_query: QUERY });
    expect(request).toMatchObject({
      method: "GET",
      url: "http://10.0.0.7/api/control?user=plc&alert=200001&text=Critical%3A%20Spindle%20too%20hot%20on%20CNC%20Mill%20%231",
      body: null,
    });
    expect(Object.keys(request.headers).map((name) => name.toLowerCase())).not.toContain("content-type");
    expect(request.headers["webhook-id"]).toBe("0192-delivery");
    expect(requestFor(MESSAGES["alert.resolved"]!, { url_query: QUERY }).url).toContain("alert=000000");
  });

  test("no text of people adds a parameter, whether it is escaped twice or not", () => {
    const message = withMessage("x&alert=000000#y z");
    for (const output of ["{{ alert.message }}", "{{ alert.message | url_encode }}"]) {
      const url = new URL(requestFor(message, { url_query: `text=${output}` }).url);
      expect([...url.searchParams]).toEqual([
        ["user", "plc"],
        ["text", "x&alert=000000#y z"],
      ]);
    }
  });

  test("goes to the URL as it is where there is no template", () => {
    expect(requestFor(MESSAGES["alert.triggered"]!, {}).url).toBe("http://10.0.0.7/api/control?user=plc");
    // A template of the body is kept for another method.
    expect(requestFor(MESSAGES["alert.triggered"]!, { template: "{}" }).url).toBe(
      "http://10.0.0.7/api/control?user=plc",
    );
  });

  test("is signed over no bytes", () => {
    const { headers } = requestFor(MESSAGES["alert.triggered"]!, {
      url_query: QUERY,
      secret: "a secret of ours",
      signature: { header: "X-Sig", format: "hex" },
    });
    expect(headers["X-Sig"]).toBe(new Bun.CryptoHasher("sha256", "a secret of ours").digest("hex"));
  });

  test("a body that was composed for another method does not become a query", () => {
    const composed = webhook.compose(MESSAGES["alert.triggered"]!, parse({ template: '{"secret": 1}' }));
    const { url } = webhook.request(composed, light({}), { deliveryId: "1", now: 0, version: "1" });
    expect(url).toBe("http://10.0.0.7/api/control?user=plc");
  });

  test("secrets that are written into the query are masked; what is made of the message is not", () => {
    const query = "token=canary-secret-0009&key={{ alert.id }}&alert=1";
    const config = light({ url_query: query });
    expect(webhook.mask(config)["url_query"]).toBe("token=••••0009&key={{ alert.id }}&alert=1");
    expect(webhook.secrets(config)).toContain("canary-secret-0009");
  });

  test("a query of more than 4,096 characters is shortened, or refused", () => {
    const { url } = requestFor(withMessage("x".repeat(10_000)), { url_query: "text={{ alert.message }}" });
    expect(url.length).toBeLessThan(4_200);
    const [field] =
      refusalOf(() => requestFor(MESSAGES["alert.triggered"]!, { url_query: `a=${"x".repeat(5_000)}` })) ??
      [];
    expect(field).toBe("config.url_query");
  });
});

test("samples of every kind come out of one template", () => {
  const tenant = {
    organization: { id: "o-1", number: 3, name: "Plant 7", slug: "plant-7" },
    project: { id: "p-1", number: 4, name: "Line A", slug: "line-a" },
    baseUrl: "https://andon.plant.test",
  };
  for (const message of sampleMessages(tenant, TELLABLE_EVENTS, 0))
    expect(JSON.parse(bodyOf('{"text": "{{ headline }}"}', message))).toEqual({
      text: expect.stringMatching(/./),
    });
});
