// In: a request below the path of a page. Out: the answer: a file of its shelf as it is held, or what its
// gate says. No session is looked at here and no cookie set but the gate's own.
import { acceptsGzip, isKnownToClient } from "../http/assets";
import { pathOf } from "../http/address-guard";
import { readBytes } from "../http/body";
import { isAppError, notFound } from "../core/errors";
import { problemResponse } from "../http/problem";
import { factsOf } from "../http/request-facts";
import type { StatusPageBook } from "./book";
import type { Gate, Verdict } from "./gate";
import type { PageKeeper } from "./keeper";
import { absentSheet } from "./page/absent";
import { assetNames } from "./page/assets";
import { sheetName, type Sheet } from "./page/context";
import { PLAIN_ICON } from "./page/document";
import { forbiddenSheet, passwordSheet, type Refused } from "./page/gate-sheets";
import { slashlessName } from "./page/sheets";
import type { StatusPage } from "./repository";
import { LANGUAGES, type Language } from "./schema";
import type { Shelf, ShelfFile } from "./shelf";
import { wordsOf } from "./text";

export interface PublicPages {
  /** Anything below a page. Throws `not_found` where there is nothing. */
  serve(request: Request, slug: string): Response | Promise<Response>;
  /** The password's form. */
  enter(request: Request, slug: string): Promise<Response>;
  /**
   * For others who answer below a page's path: null when this reader may read it, else the answer. `name`: of
   * what is asked for.
   */
  refusalOf(request: Request, page: StatusPage, name: string): Promise<Response | null>;
}

export interface PublicPageParts {
  book: StatusPageBook;
  keeper: PageKeeper;
  gate: Gate;
}

/** Nothing from elsewhere, nothing inline, in no frame. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Of what is no page: opened by itself it can do nothing at all. */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

const HTML_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": PAGE_POLICY,
};

const FORM_LIMIT_BYTES = 16 * 1024;

const SHEETS: Readonly<Record<string, Sheet>> = {
  "": "index",
  index: "index",
  "index.html": "index",
  history: "history",
  "history.html": "history",
};

/** What is asked for: the path below the page, and whether that began with a slash. */
interface Asked {
  rest: string;
  isSlashless: boolean;
  /** From `?lang=`; null where none was asked for. */
  language: Language | null;
}

const askedIn = (request: Request, slug: string): Asked => {
  const path = pathOf(request.url);
  const below = path.slice(`/status/${slug}`.length);
  const query = request.url.indexOf("?");
  const lang = query === -1 ? null : new URLSearchParams(request.url.slice(query)).get("lang");
  return {
    rest: below.slice(1),
    isSlashless: below === "",
    language: LANGUAGES.find((one) => one === lang) ?? null,
  };
};

const nameOf = (page: StatusPage, shelf: Shelf, { rest, isSlashless, language }: Asked): string => {
  if (isSlashless) return slashlessName(language ?? page.language);
  const sheet = SHEETS[rest];
  // `index.de.html` says its language itself.
  return sheet === undefined ? rest : sheetName(shelf.view, sheet, language ?? page.language);
};

/** People see a sentence, programs a problem document. */
const isForPeople = (request: Request): boolean => /\btext\/html\b/.test(request.headers.get("accept") ?? "");

const isSheet = (name: string): boolean => name.startsWith("@") || name.endsWith(".html");

export const createPublicPages = ({ book, keeper, gate }: PublicPageParts): PublicPages => {
  const mustFind = (slug: string): StatusPage => {
    const page = book.bySlug(slug);
    if (page === undefined) throw notFound("status page");
    return page;
  };

  /** Headers of a file are the same for everybody: made once. */
  const headersOf = new WeakMap<ShelfFile, Readonly<Record<string, string>>>();

  const fileHeaders = (file: ShelfFile): Readonly<Record<string, string>> => {
    const known = headersOf.get(file);
    if (known !== undefined) return known;
    const headers = {
      "content-type": file.contentType,
      "content-security-policy": isSheet(file.name) ? PAGE_POLICY : FILE_POLICY,
      "cache-control": "no-cache",
      etag: file.etag,
      vary: "accept-encoding",
      ...file.headers,
    };
    headersOf.set(file, headers);
    return headers;
  };

  const send = (request: Request, page: StatusPage, file: ShelfFile): Response => {
    const own = fileHeaders(file);
    const headers =
      page.visibility === "public" ? own : { ...own, "cache-control": "private, no-cache", vary: "*" };
    if (isKnownToClient(request, file.etag)) return new Response(null, { status: 304, headers });
    return file.gzip !== null && acceptsGzip(request)
      ? new Response(file.gzip, { headers: { ...headers, "content-encoding": "gzip" } })
      : new Response(file.bytes, { headers });
  };

  const hand = (
    request: Request,
    page: StatusPage,
    name: string,
    shelf: Shelf,
  ): Response | Promise<Response> => {
    const file = shelf.get(name);
    if (file === undefined) throw notFound("file of this page");
    return file instanceof Promise
      ? file.then((made) => send(request, page, made))
      : send(request, page, file);
  };

  const shut = (body: string, status: number, headers: Record<string, string> = {}): Response =>
    new Response(body, {
      status,
      headers: { ...HTML_HEADERS, "cache-control": "no-store", "x-robots-tag": "noindex", ...headers },
    });

  const refusedOf = (page: StatusPage, shelf: Shelf, asked: Asked): Refused => ({
    view: shelf.view,
    language: asked.language ?? page.language,
    base: asked.isSlashless ? `${page.slug}/` : "../".repeat(asked.rest.split("/").length - 1),
  });

  const refuseSheet = (refused: Refused, verdict: Exclude<Verdict, "admitted">, isTry: boolean): Response => {
    const { gate: words } = wordsOf(refused.language);
    if (verdict === "forbidden") return shut(forbiddenSheet(refused), 403);
    if (verdict === "password") return shut(passwordSheet(refused, isTry ? words.wrong : null), 401);
    return shut(passwordSheet(refused, words.tooMany(verdict.wait)), 429, {
      "retry-after": String(verdict.wait),
    });
  };

  /** For programs. Feed readers know what to do with a challenge; the page's own script must not cause one. */
  const refuseFile = (request: Request, verdict: Exclude<Verdict, "admitted">, name: string): Response => {
    const { requestId } = factsOf(request);
    if (verdict === "forbidden")
      return problemResponse(
        { status: 403, code: "forbidden", detail: "This page can only be read from certain networks." },
        requestId,
      );
    if (verdict !== "password")
      return problemResponse(
        {
          status: 429,
          code: "too_many_tries",
          detail: "Too many passwords were tried. Wait as long as Retry-After says.",
          retryAfterSeconds: verdict.wait,
        },
        requestId,
      );
    return problemResponse(
      {
        status: 401,
        code: "password_needed",
        detail: "This page needs its password (HTTP Basic, any name).",
      },
      requestId,
      { "www-authenticate": name === "version.json" ? "Form" : 'Basic realm="status page", charset="UTF-8"' },
    );
  };

  /** Style and script tell nothing about the page: its gate looks like it. */
  const isOpenToAll = (shelf: Shelf, name: string): boolean => {
    const { style, script } = assetNames(shelf.view);
    return name === style || name === script || name === PLAIN_ICON;
  };

  const admit = async (
    request: Request,
    page: StatusPage,
    { shelf, name, asked }: { shelf: Shelf; name: string; asked: Asked },
  ): Promise<Response | null> => {
    if (isOpenToAll(shelf, name)) return null;
    const verdict = await gate.judge(request, page);
    if (verdict === "admitted") return null;
    return isSheet(name)
      ? refuseSheet(refusedOf(page, shelf, asked), verdict, false)
      : refuseFile(request, verdict, name);
  };

  const guarded = async (
    request: Request,
    page: StatusPage,
    found: { shelf: Shelf; name: string; asked: Asked },
  ): Promise<Response> => (await admit(request, page, found)) ?? hand(request, page, found.name, found.shelf);

  const serveFrom = (request: Request, page: StatusPage, shelf: Shelf): Response | Promise<Response> => {
    const asked = askedIn(request, page.slug);
    // Names of our own for the sheets without a slash are no addresses.
    if (asked.rest.startsWith("@")) throw notFound("file of this page");
    const name = nameOf(page, shelf, asked);
    return page.visibility === "public"
      ? hand(request, page, name, shelf)
      : guarded(request, page, { shelf, name, asked });
  };

  const find = (request: Request, slug: string): Response | Promise<Response> => {
    const page = mustFind(slug);
    const shelf = keeper.shelfOf(page);
    return shelf instanceof Promise
      ? shelf.then((ready) => serveFrom(request, page, ready))
      : serveFrom(request, page, shelf);
  };

  const absent = (request: Request, error: unknown): Response => {
    if (!isAppError(error, "not_found") || !isForPeople(request)) throw error;
    const { document, policy } = absentSheet(request.headers.get("accept-language"));
    return shut(document, 404, { "content-security-policy": policy });
  };

  return {
    serve: (request, slug) => {
      try {
        const answer = find(request, slug);
        return answer instanceof Promise ? answer.catch((error) => absent(request, error)) : answer;
      } catch (error) {
        return absent(request, error);
      }
    },

    enter: async (request, slug) => {
      const page = mustFind(slug);
      const shelf = await keeper.shelfOf(page);
      const asked = askedIn(request, slug);
      if (page.visibility !== "password") throw notFound("file of this page");
      const form = new URLSearchParams(new TextDecoder().decode(await readBytes(request, FORM_LIMIT_BYTES)));
      const result = await gate.open(request, page, form.get("password") ?? "");
      if (typeof result === "object" && "cookie" in result)
        return new Response(null, {
          status: 303,
          headers: {
            location: asked.language === null ? "./" : `./?lang=${asked.language}`,
            "set-cookie": result.cookie,
            "cache-control": "no-store",
          },
        });
      if (result === "admitted") throw notFound("file of this page");
      return refuseSheet(refusedOf(page, shelf, asked), result, true);
    },

    refusalOf: async (request, page, name) => {
      const shelf = await keeper.shelfOf(page);
      return admit(request, page, { shelf, name, asked: askedIn(request, page.slug) });
    },
  };
};
