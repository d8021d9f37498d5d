// What the form of a rule sends: what it was given comes back as it was, whatever kind of rule; and a change of the
// kind leaves nothing behind that the other kind cannot have.
import { describe, expect, test } from "bun:test";
import type { Condition, Rule, Selector } from "../../../web/api/rules";
import { draftOf, emptyDraft, readDraft, type RuleDraft } from "../../../web/pages/rule-draft";
import { fitDraft } from "../../../web/pages/rule-status";
import { conditionWords, ruleSentence, whereWords } from "../../../web/text/rule-words";

const rule = (condition: Condition, selector: Selector = {}): Rule => ({
  id: "r",
  number: 1,
  name: "Rule",
  severity: "warning",
  is_active: true,
  selector,
  condition,
  message: null,
  created_at: "",
  updated_at: "",
  warnings: [],
});

const CASES: readonly Rule[] = [
  rule(
    { type: "threshold", metric: "t", operator: ">", threshold: 85, clear_threshold: 80 },
    { machine_id: "m" },
  ),
  rule({ type: "heartbeat", after_seconds: 300 }, { project_id: "p" }),
  rule({ type: "no_data", metric: "t", after_seconds: 90 }, { labels: { line: "2" } }),
  rule({ type: "service_status", in: ["down"] }),
  rule({ type: "service_status", in: ["down", "degraded"], for_seconds: 300 }, { service_id: "s" }),
  rule(
    { type: "service_status", in: ["maintenance"], for_seconds: 14_400 },
    { service_group: "Web", project_id: "p" },
  ),
  rule({ type: "service_status", in: ["down", "pending"] }, { monitor_id: "m" }),
];

describe("a rule's draft", () => {
  for (const given of CASES)
    test(`gives back ${JSON.stringify([given.condition, given.selector])}`, () => {
      const { body, faults } = readDraft(fitDraft(draftOf(given)));
      expect(faults).toEqual({});
      expect(body).toMatchObject({ condition: given.condition, selector: given.selector });
      expect(Object.keys(body.selector)).toEqual(
        Object.keys(body.selector).filter((key) => key in given.selector),
      );
    });

  const turned = (draft: RuleDraft, change: Partial<RuleDraft>): RuleDraft =>
    fitDraft({ ...draft, ...change });

  test("that becomes one about a status selects services, and the other way round machines", () => {
    for (const given of CASES) {
      const isStatus = given.condition.type === "service_status";
      const kind = isStatus ? "heartbeat" : "service_status";
      const { body } = readDraft({ ...turned(draftOf(given), { kind }), after: "5" });
      const foreign = isStatus
        ? ["service_id", "service_group", "monitor_id"]
        : ["machine_id", "machine_type", "labels"];
      expect(Object.keys(body.selector).filter((key) => foreign.includes(key))).toEqual([]);
      expect(body.condition.type).toBe(kind);
    }
  });

  test("knows other statuses of a monitor than of a service, and always one", () => {
    const service = { ...emptyDraft(), kind: "service_status", statuses: ["degraded"] } as const;
    expect(turned(service, { selector: "monitor", monitorId: "m" }).statuses).toEqual(["down"]);
    expect(turned(service, { statuses: [] }).statuses).toEqual(["down"]);
    expect(turned({ ...service, excursion: "hold" }, {}).excursion).toBe("atOnce");
  });

  test("says which field is missing", () => {
    const draft = { ...emptyDraft(), name: "Rule", kind: "service_status" } as const;
    const faultsOf = (change: Partial<RuleDraft>): string[] =>
      Object.keys(readDraft(turned(draft, change)).faults);
    expect(faultsOf({ selector: "service" })).toEqual(["serviceId"]);
    expect(faultsOf({ selector: "monitor" })).toEqual(["monitorId"]);
    expect(faultsOf({ selector: "group", serviceGroup: " " })).toEqual(["serviceGroup"]);
    expect(faultsOf({ excursion: "wait", delay: "" })).toEqual(["delay"]);
  });
});

test("a rule about a status in plain words", () => {
  const given = rule(
    { type: "service_status", in: ["down", "degraded"], for_seconds: 300 },
    { service_id: "s" },
  );
  const context = { serviceName: "Shop" };
  expect(ruleSentence(given, context)).toEqual({
    when: "When Shop is down or degraded for 5 min without a break,",
    then: "raise a warning alert.",
    ends: "It ends when it has another status.",
  });
  expect(conditionWords(given.condition, context)).toBe("down or degraded for 5 min");
  expect(whereWords(rule({ type: "service_status", in: ["down"] }))).toBe("any service");
  expect(
    whereWords(rule({ type: "service_status", in: ["down"] }, { monitor_id: "m" }), { monitorName: "Probe" }),
  ).toBe("Probe");
});
