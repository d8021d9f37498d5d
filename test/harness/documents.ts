// In: short extracts of the documents of StatusPulse, AnyPing, Roboticks and Alert24, beside this
// file. Out: what they print: sample payloads, handlers and requests, exactly as they stand there.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type DocumentName = "statuspulse" | "anyping" | "roboticks" | "alert24";

export type Sample = Record<string, unknown>;

export const readDocument = (name: DocumentName): string =>
  readFileSync(join(import.meta.dir, "documents", `${name}.txt`), "utf8");

/** Every JSON object that begins and ends at the start of a line, in order. */
export const printedSamples = (name: DocumentName): Sample[] =>
  [...readDocument(name).matchAll(/^\{\n[^]*?^\}$/gm)].map(([text]) => JSON.parse(text) as Sample);

/** From the line that begins with `first` until before the next line that begins with `end`. */
export const printedPassage = (name: DocumentName, first: string, end: string): string => {
  const text = readDocument(name);
  const from = text.indexOf(first);
  const to = text.indexOf(`\n${end}`, from);
  if (from === -1 || to === -1) throw new Error(`${name} prints nothing from "${first}" to "${end}".`);
  return text.slice(from, to + 1);
};

/** The bodies of the `curl -d '…'` lines, in order. */
export const printedBodies = (name: DocumentName): string[] =>
  [...readDocument(name).matchAll(/^ +-d '([^']*)'$/gm)].map(([, body = ""]) => body);
