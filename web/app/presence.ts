// In: the page's title and the open alerts. Out: the tab: its title begins with the count of
// unacknowledged alerts, its icon has the shape and colour of the worst of them.
import type { Alert, Severity } from "../api/alerts";
import { Store } from "../controllers/store";
import { text } from "../text/en";
import { board, unacknowledged } from "./board";
import { live } from "./live";

/** Pages set their own title here; without the product's name. */
export const pageTitle = new Store<string>("");

const SHAPES: Record<Severity | "calm" | "lost", string> = {
  critical: `<path d="M11 2h10l9 9v10l-9 9H11l-9-9V11z" fill="#c9252d"/><path d="M16 8v10" stroke="#fff" stroke-width="3.600" stroke-linecap="round"/><circle cx="16" cy="23.500" r="2.200" fill="#fff"/>`,
  warning: `<path d="M16 3l14 25H2z" fill="#f0a500" stroke="#f0a500" stroke-width="2" stroke-linejoin="round"/><path d="M16 12v8" stroke="#241a00" stroke-width="3.400" stroke-linecap="round"/><circle cx="16" cy="24.300" r="2" fill="#241a00"/>`,
  info: `<rect x="3" y="3" width="26" height="26" rx="4" fill="#2374c6"/><circle cx="16" cy="9" r="2.200" fill="#fff"/><path d="M16 15v9" stroke="#fff" stroke-width="3.600" stroke-linecap="round"/>`,
  calm: `<rect x="1" y="1" width="30" height="30" rx="8" fill="#1b1f23"/><path d="M16 4v5" stroke="#f5f6f7" stroke-width="2.400" stroke-linecap="round"/><path d="M12.300 10h7.400l5.300 5.300v7.400L19.700 28h-7.400L7 22.700v-7.400z" fill="#f5f6f7"/>`,
  lost: `<circle cx="16" cy="16" r="13" fill="none" stroke="#6b737b" stroke-width="4" stroke-dasharray="5 4"/>`,
};

const worst = (alerts: readonly Alert[]): Severity | "calm" => {
  for (const severity of ["critical", "warning", "info"] as const)
    if (alerts.some((alert) => alert.severity === severity)) return severity;
  return "calm";
};

let shownIcon = "";

const show = (): void => {
  const waiting = unacknowledged(board.value);
  const count = waiting.length === 0 ? "" : `(${waiting.length}) `;
  const title = pageTitle.value === "" ? text.shell.product : `${pageTitle.value} · ${text.shell.product}`;
  document.title = `${count}${title}`;
  const isLost = live.state.value.phase === "offline" || live.state.value.phase === "late";
  const icon = isLost ? "lost" : worst(waiting);
  if (icon === shownIcon) return;
  shownIcon = icon;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link !== null)
    link.href = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${SHAPES[icon]}</svg>`)}`;
};

/** Called once by the shell. */
export const startPresence = (): void => {
  board.subscribe(show);
  pageTitle.subscribe(show);
  live.state.subscribe(show);
  show();
};
