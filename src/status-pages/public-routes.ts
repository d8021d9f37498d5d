// In: /status/{slug} and everything below it. Out: what the public reads. Apart from the API's routes: nothing
// here knows of sessions, tokens or organizations.
import { Elysia } from "elysia";
import type { AccessPlugin } from "../http/access";
import type { PublicPages } from "./public";

/** Give it to the server. */
export const publicPageRoutes = (access: AccessPlugin, pages: PublicPages) => {
  const options = { access: "public", detail: { hide: true } } as const;
  return new Elysia({ name: "public status pages" })
    .use(access)
    .get("/status/:slug", ({ request, params }) => pages.serve(request, params.slug), options)
    .get("/status/:slug/*", ({ request, params }) => pages.serve(request, params.slug), options)
    .post("/status/:slug/password", ({ request, params }) => pages.enter(request, params.slug), {
      ...options,
      parse: "none",
    });
};
