// In: how the program was started. Out: the files that a browser may ask for: from the archive in
// the executable, or built from source; in development, built again when a source file has changed.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type AssetSet, decodePack, toAssetSet } from "./pack";
import { packPath } from "./pack-path";

export interface AssetSource {
  /** Rejects when the sources do not build; the next call tries again. */
  load(): Promise<AssetSet>;
}

const fromExecutable = (path: string): AssetSource => {
  let loaded: Promise<AssetSet> | null = null;
  const read = async (): Promise<AssetSet> =>
    toAssetSet(decodePack(new Uint8Array(await Bun.file(path).arrayBuffer())));
  return { load: () => (loaded ??= read()) };
};

/** The time of the newest change below the folder, in ms. */
const newestChange = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    entries.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs),
  );
  return Math.max(0, ...times);
};

const fromSource = (development: boolean): AssetSource => {
  let loaded: Promise<AssetSet> | null = null;
  let builtFor = -1;
  const build = async (): Promise<AssetSet> => {
    const { bundleWeb, readViewer } = await import("./bundle");
    return toAssetSet([...(await bundleWeb(development)), ...(await readViewer())]);
  };
  const buildOnce = (): Promise<AssetSet> => {
    loaded = build();
    loaded.catch(() => (loaded = null));
    return loaded;
  };
  return {
    load: async () => {
      if (!development) return loaded ?? buildOnce();
      const { SOURCE_ROOT } = await import("./bundle");
      const changed = await newestChange(join(SOURCE_ROOT, "web"));
      if (loaded !== null && changed === builtFor) return loaded;
      builtFor = changed;
      return buildOnce();
    },
  };
};

export const createAssetSource = (options: { development: boolean }): AssetSource =>
  packPath === null ? fromSource(options.development) : fromExecutable(packPath);
