// In: a request to the own domain of a status page. Out: the same request under the path that the router knows the
// page by, so that there is nothing on that domain but the page.
import { parseHost } from "../lib/host-header";

export interface PageDomains {
  /** Host names that status pages have of their own, lower-case and without a port. */
  hosts(): ReadonlySet<string>;
  /** Below which path the page of such a host is found, e.g. `/status/plant`. */
  pathOf(host: string): string | undefined;
}

export const NO_PAGE_DOMAINS: PageDomains = { hosts: () => new Set(), pathOf: () => undefined };

/** Null for a request to any other host. Its Host header is well-formed. */
export const readPageRequest = (domains: PageDomains, request: Request): Request | null => {
  if (domains.hosts().size === 0) return null;
  const host = parseHost(request.headers.get("host") ?? "")?.host;
  const path = host === undefined ? undefined : domains.pathOf(host);
  if (path === undefined) return null;
  const { url } = request;
  const start = url.indexOf("/", 8);
  return new Request(url.slice(0, start) + path + url.slice(start), request);
};
