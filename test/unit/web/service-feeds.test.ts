// What the form of a service makes of the machines and alerts that it follows: what it shows comes back, and what it has
// no field for stays as it was.
import { expect, test } from "bun:test";
import { feedDraftOf, readFeeds, type StatusFeed } from "../../../web/pages/service-feeds";

const CASES: readonly StatusFeed[][] = [
  [],
  [{ type: "machine", machine_id: "a" }],
  [
    { type: "machine", machine_id: "a" },
    { type: "machine", machine_id: "b" },
    { type: "alerts", machine_id: "a" },
    { type: "alerts", machine_id: "b" },
  ],
  // Only one of two: that is no answer to the form's question.
  [
    { type: "machine", machine_id: "a" },
    { type: "machine", machine_id: "b" },
    { type: "alerts", machine_id: "a" },
  ],
  [
    { type: "machine", machine_id: "a", status: "degraded" },
    { type: "alerts", labels: { line: "1" }, statuses: { info: "degraded" } },
    { type: "alerts" },
  ],
];

for (const feeds of CASES)
  test(`gives back ${JSON.stringify(feeds)}`, () => {
    expect(readFeeds(feedDraftOf(feeds))).toEqual(feeds);
  });

test("machines and their alerts are chosen together; the rest stays", () => {
  const rest: StatusFeed = { type: "alerts", rule_id: "r" };
  const draft = feedDraftOf([rest]);
  expect(draft).toEqual({ machineIds: [], withAlerts: false, rest: [rest] });
  expect(readFeeds({ ...draft, machineIds: ["a"], withAlerts: true })).toEqual([
    { type: "machine", machine_id: "a" },
    { type: "alerts", machine_id: "a" },
    rest,
  ]);
});
