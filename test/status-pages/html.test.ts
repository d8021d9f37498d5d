// In: words of anybody. Out: HTML in which they are words: the template that escapes, links made of web
// addresses and of nothing else, colours that can be read.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contrastOf, formatColor, parseColor, readableOn, type Rgb } from "../../src/lib/contrast";
import { html } from "../../src/status-pages/html";
import { inline, prose } from "../../src/status-pages/page/prose";
import { LANGUAGES } from "../../src/status-pages/schema";
import { wordsOf } from "../../src/status-pages/text";
import { durationWith } from "../../src/status-pages/text/words";

const ROOT = join(import.meta.dir, "../..");

describe("the template", () => {
  test("escapes what is put into it, in text and in attributes", () => {
    const evil = `<b title="x">&'</b>`;
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
      `<p title="&lt;b title=&quot;x&quot;&gt;&amp;'&lt;/b&gt;">&lt;b title=&quot;x&quot;&gt;&amp;'&lt;/b&gt;</p>`,
    );
  });

  test("takes HTML of its own as it is, lists in their order, and nothing for nothing", () => {
    const item = (text: string) => html`<li>${text}</li>`;
    const list = html`<ul>
      ${["<", "b"].map(item)}
    </ul>`;
    expect(list.text.replaceAll(" ", "")).toBe("<ul><li>&lt;</li><li>b</li></ul>");
    expect(html`a${null}${undefined}${false}${0}b`.text).toBe("a0b");
  });

  test("is the only way: nobody else makes HTML out of strings", () => {
    const sources = [...new Bun.Glob("src/**/*.{ts,js}").scanSync({ cwd: ROOT })].filter(
      (path) => path !== "src/status-pages/html.ts",
    );
    const offenders = sources.filter((path) =>
      /new Html\(|\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTMLUnsafe/.test(
        readFileSync(join(ROOT, path), "utf8"),
      ),
    );
    expect(offenders).toEqual([]);
  });
});

describe("a text that somebody wrote", () => {
  test("keeps its paragraphs", () => {
    expect(prose(" One\nline.\n\n \nTwo. ").text).toBe(
      '<p class="prose">One\nline.</p><p class="prose">Two.</p>',
    );
  });

  const LINKS: readonly [string, string | null][] = [
    ["See https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&amp;c=2"],
    ["(http://example.com)", "http://example.com"],
    ["https://example.com/path,", "https://example.com/path"],
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    ["https://", null],
    ["https://user:pass@example.com/", null],
    ["ftp://example.com/", null],
    ["example.com", null],
  ];
  test.each(LINKS)("%j has the link %p", (text, href) => {
    const links = [...inline(text).text.matchAll(/href="([^"]*)"/g)].map(([, link]) => link ?? "");
    expect(links).toEqual(href === null ? [] : [href]);
    expect(inline(text).text.replace(/<[^>]+>/g, "")).toBe(html`${text}`.text);
  });
});

describe("an accent colour", () => {
  const GROUNDS: readonly Rgb[] = [
    [245, 246, 247],
    [38, 43, 48],
  ];
  test("can be read on its ground, whatever was chosen, and stays when it could be", () => {
    for (let index = 0; index < 512; index++) {
      const color: Rgb = [(index & 7) * 36, ((index >> 3) & 7) * 36, ((index >> 6) & 7) * 36];
      for (const ground of GROUNDS) {
        const shown = parseColor(formatColor(readableOn(color, ground, 4.6)));
        expect(contrastOf(shown ?? ground, ground)).toBeGreaterThanOrEqual(4.5);
        if (contrastOf(color, ground) >= 4.6) expect(shown).toEqual(color);
      }
    }
  });

  test("is #rrggbb", () => {
    expect(parseColor("#0b5CAd")).toEqual([11, 92, 173]);
    for (const text of ["", "red", "#fff", "#12345g", "#1234567", "rgb(1,2,3)"])
      expect(parseColor(text)).toBeNull();
  });
});

describe("languages", () => {
  /** Sentences as they come out, with the same arguments in each language. */
  const sentencesOf = (value: unknown): unknown => {
    if (typeof value === "function") return "sentence";
    if (typeof value !== "object" || value === null) return typeof value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sentencesOf(inner)]));
  };

  test("all say the same things, and none says nothing", () => {
    for (const language of LANGUAGES) {
      const words = wordsOf(language);
      expect(sentencesOf(words)).toEqual(sentencesOf(wordsOf("en")));
      expect(JSON.stringify(words)).not.toContain('""');
      expect(Intl.DateTimeFormat.supportedLocalesOf(words.locale)).toEqual([words.locale]);
    }
  });

  test("durations have two units at most, cut", () => {
    const say = durationWith({ day: "d", hour: "h", minute: "min", second: "s" });
    const said = [0, 1, 59, 60, 61, 3_599, 3_600, 3_660, 86_399, 86_400, 90_061, 176_400].map(say);
    expect(said).toEqual([
      "0 s",
      "1 s",
      "59 s",
      "1 min",
      "1 min 1 s",
      "59 min 59 s",
      "1 h",
      "1 h 1 min",
      "23 h 59 min",
      "1 d",
      "1 d 1 h",
      "2 d 1 h",
    ]);
  });
});
