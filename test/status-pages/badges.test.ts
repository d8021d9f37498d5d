// Badges: well-formed pictures whose texts are texts, in colours that can be read, and no figure that the page
// itself does not show.
import { describe, expect, test } from "bun:test";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { badges } from "../../src/status-pages/badges";
import { createShelf, type ShelfFile } from "../../src/status-pages/shelf";
import type { PageLook, PageView } from "../../src/status-pages/view";
import { componentView, groupView, idOf, pageView } from "../harness/page-view";

const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === "text" });

const fileOf = async (view: PageView, name: string): Promise<ShelfFile> => {
  const file = await createShelf(view, [badges]).get(`badges/${name}.svg`);
  if (file === undefined) throw new Error(`there is no badge ${name}`);
  return file;
};

interface Drawn {
  title: string;
  /** Of the right half, where the message stands. */
  color: string;
  text: string;
}

const draw = async (view: PageView, name: string): Promise<Drawn> => {
  const text = new TextDecoder("utf-8", { fatal: true }).decode((await fileOf(view, name)).bytes);
  expect(XMLValidator.validate(text)).toBe(true);
  // oxlint-disable-next-line typescript/no-explicit-any
  const { svg } = parser.parse(text) as any;
  expect(svg["@_aria-label"]).toBe(svg.title);
  return { title: svg.title, color: svg.g[0].rect[1]["@_fill"], text };
};

const namesOf = (view: PageView): string[] =>
  createShelf(view, [badges]).representations.map(({ name }) => name);

const withComponent = (change: Parameters<typeof componentView>[0], look: Partial<PageLook> = {}): PageView =>
  pageView({ groups: [groupView({ components: [componentView(change)] })] }, look);

/** Relative luminance as WCAG 2 defines it. */
const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrastWithWhite = (color: string): number => 1.05 / (luminance(color) + 0.05);

describe("badges", () => {
  test("are one for all, one for each component and one for each of its windows", () => {
    expect(namesOf(withComponent({}))).toEqual(
      ["overall", idOf(11), ...["24h", "7d", "30d", "90d"].map((window) => `${idOf(11)}-${window}`)].map(
        (name) => `badges/${name}.svg`,
      ),
    );
  });

  test("show no uptime where the page shows none", () => {
    expect(namesOf(withComponent({}, { showsUptime: false }))).toEqual([
      "badges/overall.svg",
      `badges/${idOf(11)}.svg`,
    ]);
  });

  test("say how things stand", async () => {
    expect((await draw(pageView(), "overall")).title).toBe("Plant: partial outage");
    expect((await draw(pageView(), idOf(12))).title).toBe("Cart: down");
    expect((await draw(pageView({}, { language: "de" }), idOf(12))).title).toBe("Cart: ausgefallen");
    const file = await fileOf(pageView(), "overall");
    expect(file.contentType).toBe("image/svg+xml; charset=utf-8");
    expect(file.headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
  });

  test("cut percentages: only what was never down has 100", async () => {
    const said = async (percent: number | null, look: Partial<PageLook> = {}): Promise<string> => {
      const uptime = { "24h": percent, "7d": 0, "30d": 0, "90d": 0 };
      const { title } = await draw(withComponent({ uptime }, look), `${idOf(11)}-24h`);
      return title.replaceAll("\u00a0", " ");
    };
    expect(await said(100)).toBe("Shop, 24h: 100 %");
    expect(await said(99.99999)).toBe("Shop, 24h: 99.99 %");
    expect(await said(99.5)).toBe("Shop, 24h: 99.5 %");
    expect(await said(0.29)).toBe("Shop, 24h: 0.29 %");
    expect(await said(0)).toBe("Shop, 24h: 0 %");
    expect(await said(null)).toBe("Shop, 24h: No data");
    expect(await said(99.98765, { language: "de" })).toBe("Shop, 24 h: 99,98 %");
  });

  test("have colours on which white text can be read, and no two meanings for one", async () => {
    const colors = new Map<string, string>();
    for (const status of ["operational", "degraded", "down", "maintenance"] as const)
      colors.set(status, (await draw(withComponent({ status }), idOf(11))).color);
    const uptime = { "24h": null, "7d": 99.95, "30d": 99.1, "90d": 90 };
    const drawn = withComponent({ uptime });
    colors.set("no_data", (await draw(drawn, `${idOf(11)}-24h`)).color);
    expect(new Set(colors.values()).size).toBe(5);
    for (const [status, color] of colors)
      expect([status, contrastWithWhite(color) >= 4.5]).toEqual([status, true]);
    expect((await draw(drawn, `${idOf(11)}-7d`)).color).toBe(colors.get("operational") ?? "");
    expect((await draw(drawn, `${idOf(11)}-30d`)).color).toBe(colors.get("degraded") ?? "");
    expect((await draw(drawn, `${idOf(11)}-90d`)).color).toBe(colors.get("down") ?? "");
  });

  test("hold any name as text", async () => {
    for (const name of [
      `<script>alert(1)</script>`,
      `"/><svg onload=alert(1)>`,
      `]]>&amp;<!--`,
      `null \u0000 and half \ud83d`,
      `a\r\nb\tc`,
      "x".repeat(500),
      "日本語",
    ]) {
      const { title, text } = await draw(withComponent({ name }), idOf(11));
      expect(text.match(/<svg/g)).toHaveLength(1);
      expect(text).not.toMatch(
        /<(?!\/?(?:svg|title|filter|feGaussianBlur|linearGradient|stop|clipPath|rect|g|text)\b)/,
      );
      expect(title.length).toBeLessThan(80);
      expect(title).toEndWith(": operational");
    }
  });
});
