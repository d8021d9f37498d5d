// What the form of a channel sends: only what was said, nothing that was not meant, and no secret that
// nobody typed.
import { describe, expect, test } from "bun:test";
import type { Channel, ChannelField, ChannelType } from "../../../web/api/channels";
import { bodyOf, draftOf, faultOf, findChannelFaults, usualEvents } from "../../../web/pages/channel-draft";
import { configBody, findConfigFaults, toValue, Unread } from "../../../web/pages/config-values";

const field = (name: string, more: Partial<ChannelField> = {}): ChannelField => ({
  name,
  label: name,
  type: "text",
  required: false,
  secret: false,
  hint: "",
  options: [],
  default: null,
  advanced: false,
  shown_when: null,
  ...more,
});

const FIELDS: readonly ChannelField[] = [
  field("url", { type: "url", required: true }),
  field("dialect", {
    type: "select",
    default: "andon",
    options: [
      { value: "andon", label: "Andon", hint: "", default_events: null },
      { value: "custom", label: "Custom", hint: "", default_events: ["incident.opened"] },
    ],
  }),
  field("template", { type: "template", shown_when: { field: "dialect", values: ["custom"] } }),
  field("secret", { type: "secret", secret: true }),
  field("headers", { type: "headers" }),
  field("tls", { type: "tls", secret: true }),
  field("retry", {
    type: "json",
    options: [{ value: "slow", label: "slow", hint: "", default_events: null }],
  }),
  field("timeout_seconds", { type: "number" }),
];

const TYPE: ChannelType = {
  kind: "webhook",
  label: "Webhook",
  description: "",
  fields: [...FIELDS],
  default_events: ["alert.triggered"],
  audience: "program",
  secret_field: "secret",
};

const STORED = {
  url: "https://a.example/",
  dialect: "custom",
  template: "{}",
  secret: "••••abcd",
  headers: { "X-One": "1", "X-Token": "••••wxyz" },
  tls: { ca: "PEM", client_key: "••••" },
};

const channel = (config: Record<string, unknown>): Channel =>
  ({
    id: "c",
    name: "Relay",
    type: "webhook",
    config,
    is_active: true,
    events: null,
    filters: null,
  }) as Channel;

describe("the config that is sent", () => {
  test("of an unchanged channel changes nothing", () => {
    expect(configBody(FIELDS, { ...STORED }, STORED)).toEqual(STORED);
  });

  test("takes away what was emptied, down to single headers", () => {
    const { template: _template, ...rest } = STORED;
    const body = configBody(
      FIELDS,
      { ...rest, template: undefined, headers: { "X-One": "1", "": "never named" }, tls: { ca: "PEM" } },
      STORED,
    );
    expect(body).toEqual({
      ...rest,
      template: null,
      headers: { "X-One": "1", "X-Token": null },
      tls: { ca: "PEM", client_key: null },
    });
  });

  test("leaves a secret whose field was opened and left empty; null alone takes it away", () => {
    expect("secret" in configBody(FIELDS, { ...STORED, secret: undefined }, STORED)).toBe(false);
    expect(configBody(FIELDS, { ...STORED, secret: null }, STORED)["secret"]).toBeNull();
  });

  test("drops what belongs to another choice", () => {
    const body = configBody(FIELDS, { ...STORED, dialect: "andon" }, STORED);
    expect(body["template"]).toBeNull();
    expect("template" in configBody(FIELDS, { url: "u", template: "{}" }, null)).toBe(false);
  });

  test("of a new channel holds only what was typed", () => {
    expect(configBody(FIELDS, { url: "u", headers: {}, tls: undefined, retry: "slow" }, null)).toEqual({
      url: "u",
      retry: "slow",
    });
  });
});

describe("what is typed", () => {
  const byName = (name: string): ChannelField => FIELDS.find((each) => each.name === name) ?? field(name);

  test("becomes a value of its type, or is kept as it is and refused", () => {
    expect(toValue(byName("timeout_seconds"), " 2,5 ")).toBe(2.5);
    expect(toValue(byName("timeout_seconds"), "soon")).toBeInstanceOf(Unread);
    expect(toValue(byName("retry"), "[1, 2]")).toEqual([1, 2]);
    expect(toValue(byName("retry"), "slow")).toBe("slow");
    expect(toValue(byName("retry"), "[1,")).toBeInstanceOf(Unread);
    expect(toValue(field("to", { type: "list" }), " a@x \n\n b@y ")).toEqual(["a@x", "b@y"]);
    expect(toValue(byName("url"), "  ")).toBeUndefined();
  });

  test("is missing only where it is shown", () => {
    const needed = field("sid", { required: true, shown_when: { field: "dialect", values: ["custom"] } });
    expect(Object.keys(findConfigFaults([...FIELDS, needed], {}))).toEqual(["url"]);
    expect(Object.keys(findConfigFaults([...FIELDS, needed], { url: "u", dialect: "custom" }))).toEqual([
      "sid",
    ]);
  });
});

describe("the draft of a channel", () => {
  test("an unchanged one asks for no filters, no limit and the usual events", () => {
    expect(bodyOf(draftOf(channel(STORED), "webhook"), TYPE, channel(STORED))).toEqual({
      name: "Relay",
      type: "webhook",
      config: STORED,
      is_active: true,
      events: null,
      filters: null,
      failure_channel_id: null,
      rate_limit_per_minute: null,
      weekly_test: false,
    });
  });

  test("a summary after an outage is asked for only where people read", () => {
    const draft = { ...draftOf(null, "webhook"), name: "x" };
    expect("stale_after_seconds" in bodyOf(draft, TYPE, null)).toBe(false);
    expect(bodyOf(draft, { ...TYPE, audience: "people" }, null).stale_after_seconds).toBe(3_600);
  });

  test("filters hold what was filled in; labels without a name are none", () => {
    const draft = {
      ...draftOf(null, "webhook"),
      severities: ["critical"],
      labels: [
        [" line ", " 2 "],
        ["", "lost"],
      ] as const,
    };
    expect(bodyOf(draft, TYPE, null).filters).toEqual({ severities: ["critical"], labels: { line: "2" } });
  });

  test("a chosen dialect has its own usual events", () => {
    expect(usualEvents(TYPE, {})).toEqual(["alert.triggered"]);
    expect(usualEvents(TYPE, { dialect: "custom" })).toEqual(["incident.opened"]);
  });

  test("faults: no name, no event of an active channel, a limit that is no number", () => {
    const draft = { ...draftOf(null, "webhook"), events: [], rateLimit: "many", config: { url: "u" } };
    expect(Object.keys(findChannelFaults(draft, TYPE))).toEqual(["name", "events", "rate_limit_per_minute"]);
    expect(
      Object.keys(findChannelFaults({ ...draft, isActive: false, name: "x", rateLimit: "" }, TYPE)),
    ).toEqual([]);
  });

  test("a refusal stands at the field that it names", () => {
    expect(faultOf("config.tls.ca", "no")).toEqual({ tls: "no" });
    expect(faultOf("config.to[1]", "no")).toEqual({ to: "no" });
    expect(faultOf("filters.machine_ids", "no")).toEqual({ machine_ids: "no" });
    expect(faultOf("rate_limit_per_minute", "no")).toEqual({ rate_limit_per_minute: "no" });
    expect(faultOf(null, "no")).toBeNull();
  });
});
