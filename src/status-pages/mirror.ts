// In: pages, and their shelves as they are built anew. Out: static copies of them below one directory, for a file
// server that stays up when this program does not: seconds after each change, and a sign of life each minute.
// Only pages that everybody may read are copied: a folder asks for no password.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import type { StatusPageBook } from "./book";
import type { PageKeeper } from "./keeper";
import { clearMirrorFolder, ForeignFolder, hasFiles, openMirrorFolder } from "./mirror-folder";
import type { StatusPage } from "./repository";
import { createShelf, type Family, type Shelf, toShelfFile } from "./shelf";

export interface PageMirror extends Service {
  /** A page was created, changed or removed; call it after the commit. */
  changed(): void;
  /** Why a copy is not up to date, without names and paths; null: all are. */
  readonly problem: string | null;
}

export interface PageMirrorParts {
  /** Null: there are no copies. */
  root: string | null;
  book: StatusPageBook;
  keeper: Pick<PageKeeper, "shelfOf" | "onRebuilt">;
  representations: readonly Family[];
  clock: Clock;
  log: Log;
}

/** Between two rounds of writing: far below the ten seconds after which a copy must be up to date. */
const REST_MS = 2_000;
/** How often a copy says that it is still looked after, and how long a fault is left alone. */
const LIFE_SIGN_MS = 60_000;
/** Rendering badges takes the processor: others get their turn in between. */
const FILES_PER_TURN = 16;
/** In each copy: when it was written, and when it was last known to be up to date. */
const STATE_FILE = "mirror.json";
/** In the root: which page has a copy where, so that one which is no longer wanted is found after a restart. */
const PLACES = ".andon-mirrors.json";

interface Copy {
  /** Of the view that was written; empty: none yet. */
  version: string;
  writtenAt: number;
  files: Map<string, string>;
}

/** Null where it is not to be copied. */
const folderOf = ({ visibility, mirrorDir }: StatusPage): string | null =>
  visibility === "public" ? mirrorDir : null;

/** What people look at comes when all that it leads to is there, and last the word that there is something new. */
const turnOf = (name: string): number => (name === "version.json" ? 2 : name.endsWith(".html") ? 1 : 0);

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createPageMirror = (parts: PageMirrorParts): PageMirror => {
  const { root, book, keeper, clock, log } = parts;
  const copies = new Map<string, Copy>();
  /** From pages to folders, as `PLACES` has it. */
  let places: Record<string, string> = {};
  const problems = new Map<string, string>();
  let isStopped = true;
  let isWanted = false;
  let running: Promise<void> | null = null;
  let cancelTimer: CancelTimer | null = null;
  let stopListening: (() => void) | null = null;
  let endedAt = Number.NEGATIVE_INFINITY;

  const loadPlaces = async (directory: string): Promise<void> => {
    try {
      const read = JSON.parse(await readFile(join(directory, PLACES), "utf8")) as Record<string, unknown>;
      for (const [id, folder] of Object.entries(read)) if (typeof folder === "string") places[id] = folder;
    } catch {
      // There is none yet, or none that can be read: what is written from now on is known.
      places = {};
    }
  };

  const savePlaces = async (directory: string): Promise<void> => {
    const path = join(directory, PLACES);
    await writeFile(`${path}.new`, JSON.stringify(places));
    await rename(`${path}.new`, path);
  };

  const clearUnwanted = async (directory: string): Promise<void> => {
    for (const [id, folder] of Object.entries(places)) {
      const page = book.get(id);
      if (page !== undefined && folderOf(page) === folder) continue;
      // A name from a file that others may write is used only if it could be one of ours.
      if (!folder.split("/").includes("..")) await clearMirrorFolder(join(directory, folder), id);
      delete places[id];
      copies.delete(id);
      await savePlaces(directory);
    }
  };

  const state = (page: StatusPage, { version, writtenAt }: Copy) =>
    toShelfFile(
      { name: STATE_FILE, contentType: "application/json" },
      JSON.stringify({
        page: page.title,
        version,
        written_at: new Date(writtenAt).toISOString(),
        checked_at: new Date(clock.now()).toISOString(),
      }),
    );

  const write = async (page: StatusPage, shelf: Shelf, { copy, path }: { copy: Copy; path: string }) => {
    copy.writtenAt = clock.now();
    const written = createShelf({ ...shelf.view, copiedAt: copy.writtenAt }, parts.representations);
    const names = written.representations
      .filter(({ isLiveOnly }) => isLiveOnly !== true)
      .map(({ name }) => name)
      .toSorted((a, b) => turnOf(a) - turnOf(b));
    const folder = await openMirrorFolder(path, {
      pageId: page.id,
      names: [...names, STATE_FILE],
      known: copy.files,
    });
    for (const [index, name] of names.entries()) {
      if (index % FILES_PER_TURN === 0) await breathe();
      const file = await written.get(name);
      if (file !== undefined) await folder.put(file);
    }
    copy.version = shelf.view.version;
    await folder.put(state(page, copy));
    await folder.finish();
  };

  const signLife = async (page: StatusPage, { copy, path }: { copy: Copy; path: string }): Promise<void> => {
    const draft = join(path, ".andon-new");
    await writeFile(draft, state(page, copy).bytes);
    await rename(draft, join(path, STATE_FILE));
  };

  const update = async (directory: string, page: StatusPage, folder: string): Promise<void> => {
    const path = join(directory, folder);
    let copy = copies.get(page.id);
    if (copy === undefined) {
      copy = { version: "", writtenAt: 0, files: new Map() };
      copies.set(page.id, copy);
    }
    if (places[page.id] !== folder) {
      places[page.id] = folder;
      await savePlaces(directory);
    }
    const shelf = await keeper.shelfOf(page);
    // What somebody deleted comes back.
    if (copy.version === shelf.view.version && (await hasFiles(path, copy.files.keys())))
      await signLife(page, { copy, path });
    else {
      if (copy.version === shelf.view.version) copy.files.clear();
      await write(page, shelf, { copy, path });
    }
  };

  /** A fault of one page is that page's; it is tried again. */
  const attempt = async (id: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      if (problems.delete(id)) log.info("the copy of a status page is up to date again", { page: id });
    } catch (error) {
      // Somebody may have removed what was there: all of it is written again.
      copies.delete(id);
      const { code } = error as NodeJS.ErrnoException;
      const reason =
        error instanceof ForeignFolder
          ? "the folder of a copy holds other files"
          : `a copy could not be written (${code ?? "internal"})`;
      if (problems.get(id) !== reason)
        log.warn("the copy of a status page is not up to date", { page: id, reason: String(error) });
      problems.set(id, reason);
    }
  };

  const round = async (directory: string): Promise<void> => {
    await attempt(PLACES, () => clearUnwanted(directory));
    for (const id of problems.keys()) if (id !== PLACES && book.get(id) === undefined) problems.delete(id);
    for (const page of Array.from(book.all())) {
      const folder = folderOf(page);
      if (folder === null) problems.delete(page.id);
      else if (!isStopped) await attempt(page.id, () => update(directory, page, folder));
    }
  };

  const arm = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (isStopped || root === null) return;
    const sinceLast = clock.monotonic() - endedAt;
    const inMs = isWanted ? Math.max(0, REST_MS - sinceLast) : LIFE_SIGN_MS;
    cancelTimer = clock.after(inMs, () => {
      cancelTimer = null;
      isWanted = false;
      running = round(root).then(() => {
        running = null;
        endedAt = clock.monotonic();
        arm();
      });
    });
  };

  const want = (): void => {
    if (isWanted) return;
    isWanted = true;
    if (running === null) arm();
  };

  return {
    name: "copies of status pages",
    changed: want,
    get problem() {
      return problems.values().next().value ?? null;
    },
    start: async () => {
      if (root === null) return;
      isStopped = false;
      await attempt(PLACES, async () => {
        await mkdir(root, { recursive: true });
        await loadPlaces(root);
      });
      stopListening = keeper.onRebuilt(want);
      isWanted = true;
      arm();
    },
    stop: async () => {
      isStopped = true;
      stopListening?.();
      cancelTimer?.();
      cancelTimer = null;
      await running;
    },
  };
};
