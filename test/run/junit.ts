// In: JUnit reports of `bun test`. Out: how many tests passed, failed and were skipped.

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

export const addCounts = (left: Counts, right: Counts): Counts => ({
  passed: left.passed + right.passed,
  failed: left.failed + right.failed,
  skipped: left.skipped + right.skipped,
});

const attribute = (tag: string, name: string): number =>
  Number(new RegExp(`\\s${name}="(\\d+)"`).exec(tag)?.[1] ?? "0");

/** Reads the totals of the root element; throws when the text is no report. */
export const readReport = (xml: string): Counts => {
  const root = /<testsuites\b[^>]*>/.exec(xml)?.[0];
  if (root === undefined) throw new Error("not a JUnit report");
  const skipped = attribute(root, "skipped");
  const failed = attribute(root, "failures") + attribute(root, "errors");
  return { passed: attribute(root, "tests") - failed - skipped, failed, skipped };
};

/** The last line of `verify`. */
export const formatCounts = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
