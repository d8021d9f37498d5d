// In: /status/{slug}/subscribe and the links of messages. Out: the pages on which the public subscribes,
// confirms, chooses and unsubscribes. They need no script, no cookie and, with a link, no password of the page.
import { Elysia } from "elysia";
import type { AccessPlugin } from "../../http/access";
import { readBytes } from "../../http/body";
import { notFound } from "../../core/errors";
import { factsOf } from "../../http/request-facts";
import { PAGE_POLICY, type PublicPages } from "../public";
import type { StatusPage } from "../repository";
import type { FrontAnswer, SubscriberFront, Visit } from "./front";
import { PATHS, SUBSCRIBE_FILE } from "./links";

export interface SubscriberPublicParts {
  front: SubscriberFront;
  bySlug: (slug: string) => StatusPage | undefined;
  /** Null where the request may read the page; else the answer that it gets instead. */
  refusalOf: PublicPages["refusalOf"];
  /** The document around what an answer says. */
  frame: (page: StatusPage, answer: FrontAnswer) => Promise<string>;
}

const MOST_FORM_BYTES = 64 * 1024;
const FORM = "application/x-www-form-urlencoded";

/** A form is no JSON, and one-click answers may carry anything: what is no form is left unread. */
const formOf = async (request: Request): Promise<URLSearchParams | null> => {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== FORM) return null;
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request, MOST_FORM_BYTES)));
};

/** Give it to the server. */
export const subscriberPublicRoutes = (access: AccessPlugin, parts: SubscriberPublicParts) => {
  const { front, bySlug, refusalOf, frame } = parts;

  const respond = async (page: StatusPage, answer: FrontAnswer): Promise<Response> =>
    new Response(await frame(page, answer), {
      status: answer.status,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": PAGE_POLICY,
        "cache-control": "no-store",
        // Links hold a token: neither search engines nor other sites are told of them.
        "x-robots-tag": "noindex",
        ...answer.headers,
      },
    });

  const visit = async (request: Request, slug: string, step: keyof typeof PATHS): Promise<Response> => {
    const page = bySlug(slug);
    if (page === undefined) throw notFound("status page");
    // Whoever has a link is known by it.
    const refusal = step === "subscribe" ? await refusalOf(request, page, `${PATHS[step]}.html`) : null;
    if (refusal !== null) return refusal;
    const { searchParams: query } = new URL(request.url);
    const isPost = request.method === "POST";
    const visited: Visit = {
      page,
      isPost,
      query,
      form: isPost && step !== "unsubscribe" && step !== "confirm" ? await formOf(request) : null,
      address: factsOf(request).address,
    };
    return respond(page, await front[step](visited));
  };

  // For browsers and mail programs: the API's document names what editors use.
  const hidden = { access: "public", parse: "none", detail: { hide: true } } as const;

  return new Elysia({ prefix: "/status/:slug" })
    .use(access)
    .get(SUBSCRIBE_FILE, ({ request, params }) => visit(request, params.slug, "subscribe"), hidden)
    .get(PATHS.subscribe, ({ request, params }) => visit(request, params.slug, "subscribe"), hidden)
    .post(PATHS.subscribe, ({ request, params }) => visit(request, params.slug, "subscribe"), hidden)
    .get(PATHS.confirm, ({ request, params }) => visit(request, params.slug, "confirm"), hidden)
    .post(PATHS.confirm, ({ request, params }) => visit(request, params.slug, "confirm"), hidden)
    .get(PATHS.manage, ({ request, params }) => visit(request, params.slug, "manage"), hidden)
    .post(PATHS.manage, ({ request, params }) => visit(request, params.slug, "manage"), hidden)
    .get(PATHS.unsubscribe, ({ request, params }) => visit(request, params.slug, "unsubscribe"), hidden)
    .post(PATHS.unsubscribe, ({ request, params }) => visit(request, params.slug, "unsubscribe"), hidden);
};
