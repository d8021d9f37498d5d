// In: the slices' routes and the embedded viewer. Out: `/docs`, a page that shows the API and lets one
// try it, and `/docs/json`. Neither asks anything of another host; both need a login unless public.
import { type AnyElysia, Elysia } from "elysia";
import type { AccessLevel } from "../core/actor";
import { AppError } from "../core/errors";
import type { AccessPlugin } from "./access";
import { pageHeaders, serveAsset } from "./assets";
import type { AssetSource } from "./assets/source";
import { createOpenApi } from "./openapi";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Andon API</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png" />
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/docs-page.js"></script>
  </head>
  <body>
    <main id="viewer"></main>
    <noscript>The document itself is at <a href="/docs/json">/docs/json</a>.</noscript>
  </body>
</html>
`;

export interface DocsParts {
  /** What the document describes. */
  slices: readonly AnyElysia[];
  assets: AssetSource;
  /** Without a login. */
  isPublic: boolean;
}

export const docsRoutes = (access: AccessPlugin, { slices, assets, isPublic }: DocsParts) => {
  const level: AccessLevel = isPublic ? "public" : "viewer";
  // Made when first asked for: the start need not wait for it.
  let document: Promise<string> | null = null;
  const documentText = (): Promise<string> => {
    if (document === null) {
      document = createOpenApi(slices).then((made) => JSON.stringify(made));
      document.catch(() => (document = null));
    }
    return document;
  };

  return new Elysia({ name: "docs" })
    .use(access)
    .get(
      "/docs",
      ({ request }) =>
        new Response(PAGE, {
          headers: {
            ...pageHeaders(request),
            "content-type": "text/html; charset=utf-8",
            "cache-control": "no-cache",
          },
        }),
      { access: level, detail: { hide: true } },
    )
    .get(
      "/docs/json",
      async () =>
        new Response(await documentText(), {
          headers: { "content-type": "application/json", "cache-control": "no-cache" },
        }),
      { access: level, detail: { hide: true } },
    )
    .get(
      "/docs/assets/*",
      async ({ request }) => {
        const file = (await assets.load()).get(new URL(request.url).pathname);
        if (file === undefined) throw new AppError("not_found", "There is nothing at this address.");
        return serveAsset(file, request);
      },
      { access: level, detail: { hide: true } },
    );
};
