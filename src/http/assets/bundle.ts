// In: the folder `web` and the documentation viewer's package. Out: the files that a browser may ask
// for, built in memory. Used by the build of the executable, and when running from source.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type AssetFile, toAssetFile } from "./pack";

/** The folder that holds `src` and `web`; meaningless inside the executable. */
export const SOURCE_ROOT = resolve(import.meta.dir, "../../..");

/** Where the page of `/docs` finds its scripts and styles. */
export const VIEWER_PATH = "/docs/assets/";

const VIEWER_FILES = ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"];

const VIEWER_START = join(import.meta.dir, "docs-page.js");

const contentTypeOf = (path: string): string => Bun.file(path).type || "application/octet-stream";

const readBytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await Bun.file(path).arrayBuffer());

/** The web application, minified and split unless `development`. Rejects with what the bundler said. */
export const bundleWeb = async (development: boolean): Promise<AssetFile[]> => {
  const entry = join(SOURCE_ROOT, "web/index.html");
  if (!existsSync(entry)) return [];
  const built = await Bun.build({
    entrypoints: [entry],
    root: join(SOURCE_ROOT, "web"),
    target: "browser",
    minify: !development,
    splitting: true,
    sourcemap: development ? "inline" : "none",
    publicPath: "/",
    tsconfig: join(SOURCE_ROOT, "tsconfig.json"),
    define: { "process.env.NODE_ENV": development ? '"development"' : '"production"' },
    naming: {
      entry: "[name].[ext]",
      chunk: "assets/[name]-[hash].[ext]",
      asset: "assets/[name]-[hash].[ext]",
    },
  });
  return Promise.all(
    built.outputs.map(async (output) => {
      const path = `/${output.path.replace(/^\.?\//, "")}`;
      return toAssetFile({
        path,
        contentType: output.type,
        isImmutable: path.startsWith("/assets/"),
        bytes: new Uint8Array(await output.arrayBuffer()),
      });
    }),
  );
};

/** The documentation viewer; its files keep their names, so browsers ask again with the ETag. */
export const readViewer = async (): Promise<AssetFile[]> => {
  const folder = dirname(Bun.resolveSync("swagger-ui-dist/package.json", SOURCE_ROOT));
  const sources = [...VIEWER_FILES.map((name) => join(folder, name)), VIEWER_START];
  return Promise.all(
    sources.map(async (source) =>
      toAssetFile({
        path: VIEWER_PATH + source.slice(dirname(source).length + 1),
        contentType: contentTypeOf(source),
        isImmutable: false,
        bytes: await readBytes(source),
      }),
    ),
  );
};
