// In: values. Out: lines of CSV as RFC 4180 has them, with no cell that a spreadsheet takes for a formula.

export type CsvValue = string | number | boolean | null;

/** How a formula begins, in the spreadsheets that people use (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n]/;
const NEEDS_QUOTES = /[",\r\n]/;

const cellOf = (value: CsvValue): string => {
  if (value === null) return "";
  // Numbers of ours are no formulas, a negative one included.
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One record with its line end. A text that begins like a formula comes with an apostrophe before it. */
export const csvLine = (values: readonly CsvValue[]): string => `${values.map(cellOf).join(",")}\r\n`;
