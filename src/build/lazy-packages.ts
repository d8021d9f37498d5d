// In: nothing. Out: packages that few instances ever use, each bundled into a file that the executable
// holds as data, and a plugin that makes `await import("…")` of them read that file. They are then
// neither parsed at a start nor kept as bytecode beside their source: about 6 MB of the executable.
import { join } from "node:path";
import { SOURCE_ROOT } from "../http/assets/bundle";

/** As written in `await import("…")`. Only packages that share no module with the rest of the program. */
const LAZY_PACKAGES = [
  "badge-maker",
  "feed",
  "ical-generator",
  "mqtt",
  "nodemailer/lib/mail-composer",
  "nodemailer/lib/smtp-connection",
  "re2js",
  "selfsigned",
] as const;

const DIRECTORY = join(SOURCE_ROOT, ".build/lazy");
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** CommonJS packages have their names on the default export, others on the module. */
const exportedNames = (loaded: Record<string, unknown>): string[] => {
  const whole = loaded["default"];
  const names = new Set(Object.keys(loaded));
  if (typeof whole === "object" && whole !== null) for (const name of Object.keys(whole)) names.add(name);
  names.delete("default");
  return [...names].filter((name) => IDENTIFIER.test(name)).toSorted();
};

const bundle = async (specifier: string): Promise<string> => {
  const { outputs } = await Bun.build({
    entrypoints: [Bun.resolveSync(specifier, SOURCE_ROOT)],
    target: "bun",
    format: "esm",
    outdir: DIRECTORY,
    naming: `${specifier.replaceAll("/", "-")}.js`,
    minify: { whitespace: true, syntax: true, identifiers: false },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const [output] = outputs;
  if (output === undefined) throw new Error(`${specifier} was not bundled.`);
  return output.path;
};

const moduleText = (path: string, names: readonly string[]): string =>
  [
    `import path from ${JSON.stringify(path)} with { type: "file" };`,
    "const loaded = await import(path);",
    "const whole = loaded.default ?? loaded;",
    "export default whole;",
    ...names.map((name) => `export const ${name} = loaded.${name} ?? whole.${name};`),
  ].join("\n");

/** Bundles the packages (in .build/lazy) and returns the plugin for the build of the executable. */
export const lazyPackages = async (): Promise<Bun.BunPlugin> => {
  const texts = new Map<string, string>();
  for (const specifier of LAZY_PACKAGES) {
    const path = await bundle(specifier);
    texts.set(specifier, moduleText(path, exportedNames((await import(path)) as Record<string, unknown>)));
  }
  return {
    name: "lazy-packages",
    setup: (build) => {
      build.onResolve({ filter: /^[a-z@]/ }, ({ path, kind }) =>
        kind === "dynamic-import" && texts.has(path) ? { path, namespace: "lazy-package" } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "lazy-package" }, ({ path }) => ({
        loader: "js",
        contents: texts.get(path) ?? "",
      }));
    },
  };
};
