// In: nothing. Out: web/screenshots/*.png, taken of the whole program with the browser tests' plant.
// Run by hand when the look has changed: bun test/browser/take-screenshots.ts [folder]
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { startApp } from "../harness/app";
import { furnishStatusPage } from "../harness/status-page";
import { openBrowser, openVisit, signIn } from "./browser";
import { addServices } from "./service-stage";
import { startStage, type Stage } from "./stage";

interface Shot {
  name: string;
  path: (stage: Stage) => string;
  colorScheme: "light" | "dark";
  size: [number, number];
  /** Pixels of the picture per pixel of the page. */
  scale?: number;
}

/** As the README shows them. */
const README_SIZE: Pick<Shot, "size" | "scale"> = { size: [1180, 760], scale: 1.5 };

const SHOTS: readonly Shot[] = [
  { name: "now-light", path: () => "/", colorScheme: "light", size: [1440, 810] },
  { name: "now-dark", path: () => "/", colorScheme: "dark", size: [1440, 810] },
  { name: "now-phone", path: () => "/", colorScheme: "light", size: [360, 740] },
  {
    name: "alert-light",
    path: ({ alertId }) => `/alerts/${alertId}`,
    colorScheme: "light",
    ...README_SIZE,
  },
  {
    name: "alert-dark",
    path: ({ alertId }) => `/alerts/${alertId}`,
    colorScheme: "dark",
    ...README_SIZE,
  },
  { name: "machines-light", path: () => "/machines", colorScheme: "light", ...README_SIZE },
  { name: "machines-dark", path: () => "/machines", colorScheme: "dark", ...README_SIZE },
  {
    name: "alert-acknowledged-dark",
    path: ({ takenId }) => `/alerts/${takenId}`,
    colorScheme: "dark",
    size: [1440, 960],
  },
  {
    name: "machine-light",
    path: ({ ids }) => `/machines/${ids.mill}?range=1h`,
    colorScheme: "light",
    size: [1440, 960],
  },
  { name: "rule-light", path: ({ ids }) => `/rules/${ids.hotRule}`, colorScheme: "light", size: [1440, 960] },
  {
    name: "channel-dark",
    path: ({ ids }) => `/channels/${ids.tickets}`,
    colorScheme: "dark",
    size: [1440, 810],
  },
  {
    name: "channel-edit-light",
    path: ({ ids }) => `/channels/${ids.lead}/edit`,
    colorScheme: "light",
    size: [1440, 900],
  },
  {
    name: "channel-edit-dark",
    path: ({ ids }) => `/channels/${ids.lead}/edit`,
    colorScheme: "dark",
    size: [1440, 900],
  },
];

/** With services, which the others do without. */
const SERVICE_SHOTS: readonly Shot[] = [
  { name: "services-light", path: () => "/services", colorScheme: "light", ...README_SIZE },
  { name: "services-dark", path: () => "/services", colorScheme: "dark", ...README_SIZE },
];

/** Charts draw after their data; nothing on these pages moves later than this. */
const SETTLE_MS = 700;
const PHONE_PX = 500;
/** The banner down to some of the bars. */
const PUBLIC_SIZE = { width: 1100, height: 1280 };

const folder = resolve(process.argv[2] ?? join(import.meta.dir, "../../web/screenshots"));
mkdirSync(folder, { recursive: true });
const [browser, stage] = await Promise.all([openBrowser(), startStage()]);
// The silent robot is noticed by the sweep, within a second or two.
await Bun.sleep(2_500);
const take = async ({ name, colorScheme, size, scale }: Omit<Shot, "path">, path: string): Promise<void> => {
  const [width, height] = size;
  const isPhone = width < PHONE_PX;
  const visit = await openVisit(browser, stage.app.url, {
    colorScheme,
    viewport: { width, height },
    deviceScaleFactor: scale ?? (isPhone ? 2 : 1),
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  await signIn(visit, stage.app.url);
  await visit.page.goto(path);
  await visit.page.waitForTimeout(SETTLE_MS);
  await visit.page.screenshot({ path: join(folder, `${name}.png`) });
  await visit.close();
};
for (const shot of SHOTS) await take(shot, shot.path(stage));
await addServices(stage);
for (const shot of SERVICE_SHOTS) await take(shot, shot.path(stage));
// The public page has a program of its own, with months behind it.
const published = await startApp();
await furnishStatusPage(published, Date.now(), { description: "How our systems are doing." });
for (const colorScheme of ["light", "dark"] as const) {
  const visit = await openVisit(browser, published.url, { colorScheme, viewport: PUBLIC_SIZE });
  await visit.page.goto("/status/acme");
  await visit.page.screenshot({ path: join(folder, `status-page-${colorScheme}.png`) });
  await visit.close();
}
await published.stop();
await browser.close();
await stage.stop();
process.exit(0);
