// In: what languages a reader of nothing prefers. Out: a sheet that says so. It belongs to no page, so it has
// no files: its few lines of style are in it, and its policy admits exactly these.
import { html, type Html } from "../html";
import { LANGUAGES, type Language } from "../schema";
import { wordsOf } from "../text";

const STYLE =
  ":root{color-scheme:light dark}body{max-width:36rem;margin:20vh auto 0;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}h1{font-size:1.25rem}";

/** Admits the style that stands in this document, byte for byte, and nothing else. */
const policyFor = (document: string): string => {
  const style = /<style>([^]*?)<\/style>/.exec(document)?.[1] ?? "";
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};

/** The first of ours that is named; order stands for preference, as browsers write it. */
const preferred = (acceptLanguage: string | null): Language => {
  for (const part of (acceptLanguage ?? "").split(",")) {
    const found = LANGUAGES.find((language) => part.trim().toLowerCase().startsWith(language));
    if (found !== undefined) return found;
  }
  return "en";
};

const sheetIn = (language: Language): Html => {
  const { gate } = wordsOf(language);
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${gate.notFound}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>${gate.notFound}</h1>
          <p>${gate.notFoundLead}</p>
        </main>
      </body>
    </html>`;
};

export const absentSheet = (acceptLanguage: string | null): { document: string; policy: string } => {
  const document = sheetIn(preferred(acceptLanguage)).text;
  return { document, policy: policyFor(document) };
};
