// A message in words for people: one headline, a sentence, facts, where to look; clean whatever was typed.
import { describe, expect, test } from "bun:test";
import type { Message } from "../../src/channels/channel";
import { cleanText, oneLine, spanOf, wordingOf } from "../../src/channels/wording";
import { MESSAGES } from "./suite/samples";

const words = (name: string, change: Partial<Message> = {}) => wordingOf({ ...MESSAGES[name]!, ...change });

describe("an alert", () => {
  test("begins, goes on and ends under one key, each with its own words", () => {
    const begun = words("alert.triggered");
    expect(begun).toEqual({
      headline: "Critical: Spindle too hot on CNC Mill #1",
      body: "Temperature exceeded threshold",
      facts: [
        ["Machine", "CNC Mill #1"],
        ["Severity", "Critical"],
        ["Value", "temperature 87.3 °C (limit 85.0 °C)"],
        ["Since", "2026-04-04 10:30:03 UTC"],
        ["Project", "Line A"],
      ],
      tone: "critical",
      url: "https://andon.plant.test/alerts/42",
      threadKey: "alert-01960000-0000-7000-8000-000000000001",
      phase: "open",
    });
    const taken = words("alert.acknowledged");
    expect(taken.headline).toBe("Acknowledged: Spindle too hot on CNC Mill #1");
    expect(taken.body).toBe("Temperature exceeded threshold\nAcknowledged by Kim.\nOn my way");
    const escalated = words("alert.escalated");
    expect(escalated.headline).toBe("Nobody has acknowledged: Spindle too hot on CNC Mill #1");
    expect(escalated.body).toContain("Not acknowledged within 15 min: Critical, 15 min.");
    const ended = words("alert.resolved");
    expect([ended.tone, ended.phase]).toEqual(["good", "closed"]);
    expect(ended.facts).toContainEqual(["Lasted", "2 min 2 s"]);
    const keys = [begun, taken, escalated, ended].map(({ threadKey }) => threadKey);
    expect(new Set(keys).size).toBe(1);
  });

  test("about a service names it as such, and no numbers that stand for its status", () => {
    const { alert } = MESSAGES["alert.triggered"]!;
    const about = { ...alert!, machineNumber: 0, machineName: "Shop", machineType: "service", unit: "" };
    const facts = words("alert.triggered", {
      alert: { ...about, metricName: "status", metricValue: 2, thresholdValue: 1, decimals: null },
    }).facts.map(([label]) => label);
    expect(facts).toEqual(["Service", "Severity", "Since", "Project"]);
    const external = words("alert.triggered", { alert: { ...about, machineType: "external" } });
    expect(external.facts[0]).toEqual(["About", "Shop"]);
  });

  test("of a test says so and leads to the start page: its alert does not exist", () => {
    const { headline, url } = words("channel.test");
    expect([headline, url]).toEqual([
      "Test: Critical: Spindle too hot on CNC Mill #1",
      "https://andon.plant.test",
    ]);
  });
});

test("whatever the message is about, there is a headline", () => {
  const headlines = Object.keys(MESSAGES).map((name) => words(name).headline);
  expect(headlines.every((headline) => /^\S.*\S$/.test(headline))).toBe(true);
  expect(words("service.status_changed").headline).toBe("API Gateway is down");
  expect(words("channel.paused").headline).toBe("Channel PagerDuty Integration was paused");
  expect(words("channel.summary").headline).toBe("While offline: 3 messages");
  const { alert: _alert, ...bare } = MESSAGES["alert.triggered"]!;
  expect(wordingOf(bare).headline).toBe("Message from Andon");
});

describe("what people typed", () => {
  test("keeps its letters, signs and line breaks", () => {
    const text = "Öl 温度 🔥 <b> & *x*\nحرارة";
    expect(cleanText(text)).toBe(text);
  });

  test("loses control characters, halves of characters and what turns the writing around", () => {
    expect(cleanText("a\u0000b\u001b[31mc\u007f")).toBe("a b [31mc");
    expect(cleanText("a\r\nb\rc\u2028d\u0085e")).toBe("a\nb\nc\nd\ne");
    expect(cleanText("\u202egnp.exe\u2066x\u2069")).toBe("gnp.exex");
    expect(cleanText("\ud83d!")).toBe("\ufffd!");
    expect(oneLine("  a\n\tb  ")).toBe("a b");
  });

  test("is clean in every part of the wording", () => {
    const alert = {
      ...MESSAGES["alert.triggered"]!.alert!,
      name: "a\nb",
      machineName: "m\u202e1",
      message: "x\u0000y",
    };
    const { headline, body, facts } = words("alert.triggered", { alert });
    expect([headline, body, facts[0]]).toEqual(["Critical: a b on m1", "x y", ["Machine", "m1"]]);
  });
});

test("spans have two units at most", () => {
  expect([0, 999, 12_000, 2_623_000, 7_500_000, 90_000_000, 864_000_000].map(spanOf)).toEqual([
    "0 s",
    "1 s",
    "12 s",
    "43 min 43 s",
    "2 h 5 min",
    "1 d 1 h",
    "10 d",
  ]);
});
