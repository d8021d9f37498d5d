// In: a folder and the files of a page. Out: the folder holds these files and none of those that were there
// before. Each file is replaced whole, so that a file server never sends half of one. What is not ours is not
// touched: a list in the folder says what is.
import { mkdir, readdir, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The list of what was written; dot files are not served by most file servers. */
const LIST = ".andon-mirror.json";
const DRAFT = ".andon-new";
/** File servers run as somebody else. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
const SAFE_NAME = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

export interface MirrorFile {
  /** A path below the folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Stands for the bytes. */
  readonly etag: string;
}

export interface MirrorFolder {
  /** Writes the file unless the same was written by this process before. */
  put(file: MirrorFile): Promise<void>;
  /** Removes what was there before and was not put since it was opened. */
  finish(): Promise<void>;
}

/** The folder is somebody else's: nothing was changed. */
export class ForeignFolder extends Error {
  constructor() {
    super("the folder holds files that are not of this page's copy");
    this.name = "ForeignFolder";
  }
}

interface List {
  page_id: string;
  /** From names to ETags. */
  files: Record<string, string>;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

const orIfMissing = async <T>(work: Promise<T>, fallback: T): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return fallback;
    throw error;
  }
};

/** Null where there is none, or none that can be read. */
const readList = async (folder: string): Promise<List | null> => {
  const text = await orIfMissing(readFile(join(folder, LIST), "utf8"), null);
  if (text === null) return null;
  try {
    const { page_id, files } = JSON.parse(text) as Partial<List>;
    if (typeof page_id !== "string" || typeof files !== "object" || files === null) return null;
    // Whoever may write there must not make us remove files elsewhere.
    const safe = Object.entries(files).filter(([name]) => SAFE_NAME.test(name));
    return { page_id, files: Object.fromEntries(safe) };
  } catch {
    return null;
  }
};

/** All of these are there; what is in them is not looked at. */
export const hasFiles = async (folder: string, names: Iterable<string>): Promise<boolean> => {
  const found = new Set(await orIfMissing(readdir(folder, { recursive: true }), []));
  for (const name of names) if (!found.has(name)) return false;
  return true;
};

const replace = async (folder: string, name: string, content: string | Uint8Array): Promise<void> => {
  const draft = join(folder, DRAFT);
  await writeFile(draft, content, { mode: FILE_MODE });
  await rename(draft, join(folder, name));
};

/** The list is exact before the first and after the last file: a crash between them forgets none. */
const writeList = (folder: string, list: List): Promise<void> => replace(folder, LIST, JSON.stringify(list));

const removeFile = (folder: string, name: string): Promise<void> =>
  orIfMissing(unlink(join(folder, name)), undefined);

/** Folders below that have become empty. */
const removeEmpty = async (folder: string, names: readonly string[]): Promise<void> => {
  const below = new Set<string>();
  for (const name of names) for (let one = dirname(name); one !== "."; one = dirname(one)) below.add(one);
  // The deepest first.
  for (const one of [...below].toSorted((a, b) => b.length - a.length))
    await rmdir(join(folder, one)).catch(() => undefined);
};

/**
 * `names`: all that will be put. `known`: what this process wrote there before; whatever else is there is written
 * again, since nobody knows how the last process ended. Rejects with ForeignFolder, or with what the file
 * system says.
 */
export const openMirrorFolder = async (
  folder: string,
  { pageId, names, known }: { pageId: string; names: readonly string[]; known: Map<string, string> },
): Promise<MirrorFolder> => {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const before = await readList(folder);
  if (before === null ? (await readdir(folder)).some((name) => name !== DRAFT) : before.page_id !== pageId)
    throw new ForeignFolder();
  const files: Record<string, string> = { ...before?.files };
  const kept = new Set<string>();
  const added = names.filter((name) => files[name] === undefined);
  if (before === null || added.length > 0) {
    for (const name of added) files[name] = "";
    await writeList(folder, { page_id: pageId, files });
  }
  const made = new Set<string>();
  return {
    put: async ({ name, bytes, etag }) => {
      kept.add(name);
      if (known.get(name) === etag) return;
      const parent = dirname(name);
      if (!made.has(parent)) await mkdir(join(folder, parent), { recursive: true, mode: FOLDER_MODE });
      made.add(parent);
      known.delete(name);
      await replace(folder, name, bytes);
      known.set(name, etag);
      files[name] = etag;
    },
    finish: async () => {
      const gone = Object.keys(files).filter((name) => !kept.has(name));
      for (const name of gone) {
        await removeFile(folder, name);
        known.delete(name);
        delete files[name];
      }
      await removeEmpty(folder, gone);
      await writeList(folder, { page_id: pageId, files });
    },
  };
};

/** Takes a page's copy away, and the folder with it when nothing else is in there. */
export const clearMirrorFolder = async (folder: string, pageId: string): Promise<void> => {
  const list = await readList(folder);
  if (list?.page_id !== pageId) return;
  const names = Object.keys(list.files);
  for (const name of names) await removeFile(folder, name);
  await removeEmpty(folder, names);
  await removeFile(folder, DRAFT);
  // The last: until then the next attempt knows what is left.
  await removeFile(folder, LIST);
  await rmdir(folder).catch(() => undefined);
};
