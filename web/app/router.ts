// In: the address bar and clicks on links. Out: the current location as a store, and navigation
// without reloading. What belongs to which path is in routes.ts.
import { Store } from "../controllers/store";

export interface Place {
  path: string;
  query: URLSearchParams;
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const place = new Store<Place>(here());

/** Changes the address; `replace` leaves no step in the history (for filters). */
export const navigate = (href: string, options: { replace?: boolean } = {}): void => {
  if (options.replace === true) history.replaceState(null, "", href);
  else {
    history.pushState(null, "", href);
    scrollTo(0, 0);
  }
  place.set(here());
};

/** The address with these query parameters changed; null removes one. */
export const withParams = (changes: Record<string, string | null>): string => {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes))
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  const text = query.toString();
  return `${location.pathname}${text === "" ? "" : `?${text}`}`;
};

/** The server's own pages: left to the browser. */
const SERVER_PATHS = /^\/(api|docs|metrics|healthz|readyz|status)(\/|$)/;

const onClick = (event: MouseEvent): void => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
  if (link === undefined || link.target !== "" || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || SERVER_PATHS.test(url.pathname)) return;
  event.preventDefault();
  if (link.href !== location.href) navigate(url.pathname + url.search + url.hash);
};

/** Called once by the shell. */
export const startRouter = (): void => {
  addEventListener("popstate", () => place.set(here()));
  document.addEventListener("click", onClick);
};

/** `/alerts/:id` against `/alerts/7` gives `{ id: "7" }`; null when they do not fit. */
export const matchPath = (pattern: string, path: string): Record<string, string> | null => {
  const wanted = pattern.split("/");
  const given = path.replace(/\/+$/, "").split("/");
  if (path !== "/" && wanted.length !== given.length) return null;
  if (path === "/") return pattern === "/" ? {} : null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      if (value === "") return null;
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) return null;
  }
  return params;
};
