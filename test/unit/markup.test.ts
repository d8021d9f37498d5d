// Words made safe for other people's formatting: what is escaped, what is only broken up, and how a text
// is cut so that what becomes of it still fits.
import { describe, expect, test } from "bun:test";
import { cutBytes, cutText, cutToFit } from "../../src/lib/cut-text";
import { escapeHtml, escapeMarkdownByBackslash, escapeMarkdownByEntities } from "../../src/lib/escape-markup";
import { quietMentions } from "../../src/lib/quiet-mentions";

describe("mentions", () => {
  test("each that begins a word is broken up; e-mail addresses are left alone", () => {
    const cases: [string, string][] = [
      ["@here", "@\u200bhere"],
      ["(@kim)", "(@\u200bkim)"],
      ["ask @kim, @Jo", "ask @\u200bkim, @\u200bJo"],
      ["@{x}", "@\u200b{x}"],
      ["kim@plant.example", "kim@plant.example"],
      ["a@everyone", "a@\u200beveryone"],
      ["3 @ 5", "3 @ 5"],
      ["@", "@"],
    ];
    for (const [text, quiet] of cases) expect(quietMentions(text)).toBe(quiet);
  });
});

describe("escaping", () => {
  test("HTML: text and attribute values", () => {
    expect(escapeHtml(`<a href="x">&amp;'</a>`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;amp;'&lt;/a&gt;");
  });

  test("Markdown with entities: signs anywhere, and what begins a line", () => {
    expect(escapeMarkdownByEntities("*a* _b_ `c` [d](e) C:\\temp")).toBe(
      "&#42;a&#42; &#95;b&#95; &#96;c&#96; &#91;d&#93;(e) C:&#92;temp",
    );
    expect(escapeMarkdownByEntities("- a\n  + b\n# c\n1. d\n12) e\n===\n\n     code")).toBe(
      "&#45; a\n  &#43; b\n&#35; c\n1\u200b. d\n12\u200b) e\n&#61;==\n\n   code",
    );
    expect(escapeMarkdownByEntities("17.3 °C at 12:30:05, 5 - 3")).toBe("17.3 °C at 12&#58;30:05, 5 - 3");
  });

  test("Markdown with backslashes: addresses stay addresses", () => {
    expect(escapeMarkdownByBackslash("*a* <@1> \\ # b")).toBe("\\*a\\* \\<@1\\> \\\\ # b");
    expect(escapeMarkdownByBackslash("see https://a.test/x_y*z?a=b_c, _now_")).toBe(
      "see https://a.test/x%5Fy%2Az?a=b%5Fc, \\_now\\_",
    );
  });
});

describe("cutting", () => {
  test("to a number of units or bytes, never through a character", () => {
    expect(cutText("abcdef", 4)).toBe("abc…");
    expect(cutText("ab🔥cd", 4)).toBe("ab…");
    expect(cutText("abc", 0)).toBe("");
    expect(cutBytes("°°°°", 5)).toBe("°…");
    expect(cutBytes("°°", 2)).toBe("");
  });

  test("until what becomes of it fits, and no shorter", () => {
    const fits = (text: string): boolean => escapeHtml(text).length <= 20;
    expect(cutToFit("short", fits)).toBe("short");
    expect(cutToFit("<<<<<<<<<<", fits)).toBe("<<<<…");
    expect(cutToFit("abc", () => false)).toBe("");
    for (let length = 0; length < 200; length++) {
      const cut = cutToFit("a<b&c>".repeat(40).slice(0, length), fits);
      expect(escapeHtml(cut).length).toBeLessThanOrEqual(20);
      if (length > 20) expect(escapeHtml(cut).length).toBeGreaterThan(14);
    }
  });
});
