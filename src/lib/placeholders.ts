// In: a template with {{names}} and a value for each. Out: the text with every value written in as its
// place needs it. There is nothing else: no logic, no nesting, no second pass over what was written in.

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/** Names in a template, in the order of their places. */
export const placeholdersIn = (template: string): string[] =>
  [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);

/** Unknown names are left as they stand: refuse them when the template is saved. */
export const fillPlaceholders = (
  template: string,
  values: Readonly<Record<string, string>>,
  encode: (value: string) => string,
): string =>
  template.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? encode(values[name] ?? "") : whole,
  );
