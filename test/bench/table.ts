// In: benchmarks and their figures. Out: one table for people, or the same as JSON.
import type { Figure } from "./benchmark";

export interface Result {
  id: string;
  title: string;
  figures: Figure[];
  /** Set when it did not work. */
  error: string | null;
}

const show = (value: number | null): string => {
  if (value === null || Number.isNaN(value)) return "–";
  if (Math.abs(value) >= 10_000) return Math.round(value).toLocaleString("en-US");
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const HEADINGS = ["", "what", "figure", "floor", "ratio", "unit", "goal"];
/** Figures stand to the right. */
const RIGHT = new Set([2, 3, 4]);

const rowsOf = ({ id, title, figures, error }: Result): string[][] => [
  [id, title, "", "", "", "", ""],
  ...(error === null ? [] : [["", `FAILED: ${error.split("\n")[0]}`, "", "", "", "", ""]]),
  ...figures.map(({ what, value, floor, ratio, unit, goal }) => [
    "",
    `  ${what}`,
    show(value),
    show(floor),
    show(ratio),
    unit,
    goal,
  ]),
];

/** Titles run over the columns of figures; they set no width. */
export const formatTable = (results: readonly Result[]): string => {
  const rows = results.flatMap(rowsOf);
  const isTitle = (row: string[]): boolean => row[2] === "";
  const widths = HEADINGS.map((heading, column) =>
    Math.max(
      heading.length,
      ...rows.filter((row) => !(column === 1 && isTitle(row))).map((row) => row[column]?.length ?? 0),
    ),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    line(HEADINGS),
    ...rows.map((row) => (isTitle(row) ? `${(row[0] ?? "").padEnd(widths[0] ?? 0)}  ${row[1]}` : line(row))),
  ].join("\n");
};
