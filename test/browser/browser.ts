// In: nothing. Out: a Chromium for the tests, pages that write down every console error and every
// request to elsewhere, and the accessibility check.
import { existsSync, readFileSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import type { AxeResults } from "axe-core";
import { ADMIN } from "./stage";

/** A LAN name: over plain http it is no secure context, so secure-context APIs are missing. */
export const LAN_NAME = "andon.test";

const EXECUTABLE =
  process.env["ANDON_CHROMIUM"] ??
  [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
  ].find((path) => existsSync(path));

/** False: the tests are left out, with the reason printed. */
export const hasBrowser = ((): boolean => {
  if (EXECUTABLE !== undefined) return true;
  if (process.env["ANDON_REQUIRE_BROWSER"] === "1")
    throw new Error("ANDON_REQUIRE_BROWSER=1, but no Chromium is installed");
  process.stdout.write("browser tests are skipped: no Chromium is installed (set ANDON_CHROMIUM to one)\n");
  return false;
})();

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE ?? "",
    args: ["--no-sandbox", `--host-resolver-rules=MAP ${LAN_NAME} 127.0.0.1`],
  });

export interface Visit {
  page: Page;
  /** Console errors, page errors and requests to elsewhere; tests expect it empty. */
  faults: string[];
  close(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** Failures that the test brings about itself. */
  expected?: RegExp;
}

/** Clicks and waits are bounded: a broken page fails the test, it does not hang it. */
const LIMIT_MS = 20_000;

export const openVisit = async (
  browser: Browser,
  url: string,
  options: VisitOptions = {},
): Promise<Visit> => {
  const { expected, ...contextOptions } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    // What is checked is the page at rest, not a dialog half faded in.
    reducedMotion: "reduce",
    ...contextOptions,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const faults: string[] = [];
  const note = (fault: string): void => {
    if (expected === undefined || !expected.test(fault)) faults.push(fault);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      note(`console ${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => note(`page error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
      note(`external request: ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
};

/** Signs in over the API before the first page: the login page has its own test. */
export const signIn = async (
  { page }: Visit,
  url: string,
  account: { email: string; password: string } = ADMIN,
): Promise<void> => {
  const answer = await page.context().request.post(`${url}/api/v1/session`, {
    data: account,
    headers: { origin: url },
  });
  if (!answer.ok()) throw new Error(`sign-in answered ${answer.status()}: ${await answer.text()}`);
};

/** Within the running application, as its own links do. */
export const go = (page: Page, path: string): Promise<void> =>
  page.evaluate(
    `history.pushState(null, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`,
  );

const AXE = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

/** What axe finds, one line per rule and element; all its rules are on. */
export const findBarriers = async (page: Page): Promise<string[]> => {
  const isThere = await page.evaluate("typeof window.axe === 'object'");
  // Not a script element: the page's own policy forbids those, as it should.
  if (isThere !== true) await page.evaluate(AXE);
  const results = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResults;
  return results.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) =>
        `${violation.id}: ${node.target.join(" ")} – ${node.failureSummary?.replaceAll("\n", " ") ?? ""}`,
    ),
  );
};

/** True when nothing has to be scrolled sideways. */
export const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth");
