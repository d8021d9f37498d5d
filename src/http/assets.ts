// In: a path that no other route took. Out: a file of the web application, its page for the client's
// own routes, or 404. Everything comes from memory; compressed files are sent as they are kept.
import { Elysia } from "elysia";
import { AppError } from "../core/errors";
import type { AccessPlugin } from "./access";
import type { AssetFile, AssetSet } from "./assets/pack";
import type { AssetSource } from "./assets/source";
import { factsOf } from "./request-facts";

/** For pages: nothing from elsewhere, nothing inline. `data:` holds bundled icons. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** Over plain http a browser ignores the opener policy and complains about it on every page. */
export const pageHeaders = (request: Request): Readonly<Record<string, string>> =>
  factsOf(request).isSecure ? { ...PAGE_HEADERS, "cross-origin-opener-policy": "same-origin" } : PAGE_HEADERS;

const ONE_YEAR_SECONDS = 31_536_000;

/** Paths of machines, not of people: an unknown one below them is an error, not a page. */
const SERVER_PATHS = /^\/(?:api|docs|write|healthz|readyz|metrics|assets|status|ping)(?:\/|$)/;

export const acceptsGzip = (request: Request): boolean =>
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:1|0?\.\d*[1-9]\d*|1\.0*)\s*)?(?:,|$)/i.test(
    request.headers.get("accept-encoding") ?? "",
  );

export const isKnownToClient = (request: Request, etag: string): boolean =>
  (request.headers.get("if-none-match") ?? "")
    .split(",")
    .some((one) => one.trim().replace(/^W\//, "") === etag || one.trim() === "*");

/** A page that is to be shown outside this file's own routes (the documentation) uses it as well. */
export const serveAsset = (file: AssetFile, request: Request): Response => {
  const headers = new Headers({
    ...pageHeaders(request),
    "content-type": file.contentType,
    etag: file.etag,
    vary: "accept-encoding",
    "cache-control": file.isImmutable ? `public, max-age=${ONE_YEAR_SECONDS}, immutable` : "no-cache",
  });
  if (isKnownToClient(request, file.etag)) return new Response(null, { status: 304, headers });
  const sendsGzip = file.isGzip && acceptsGzip(request);
  if (sendsGzip) headers.set("content-encoding", "gzip");
  const body = file.isGzip && !sendsGzip ? Bun.gunzipSync(file.bytes) : file.bytes;
  headers.set("content-length", String(body.byteLength));
  return new Response(request.method === "HEAD" ? null : body, { headers });
};

/** Client routes have no file extension; `/favicon.ico` and probes for `.php` are not among them. */
const isClientRoute = (path: string): boolean =>
  !SERVER_PATHS.test(path) && !path.slice(path.lastIndexOf("/") + 1).includes(".");

const findFile = (files: AssetSet, path: string): AssetFile | undefined => {
  if (path.startsWith("/docs/")) return undefined;
  const file = files.get(path);
  return file ?? (isClientRoute(path) ? files.get("/index.html") : undefined);
};

/** Must be used after all other routes. */
export const assetRoutes = (access: AccessPlugin, deps: { assets: AssetSource }) => {
  const serve = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const file = findFile(await deps.assets.load(), path);
    if (file === undefined) throw new AppError("not_found", "There is nothing at this address.");
    return serveAsset(file, request);
  };
  return new Elysia({ name: "assets" })
    .use(access)
    .get("/", ({ request }) => serve(request), { access: "public", detail: { hide: true } })
    .get("/*", ({ request }) => serve(request), { access: "public", detail: { hide: true } });
};
