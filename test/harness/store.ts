// In: a test that needs real storage. Out: a store in a temporary directory, removed with `remove`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/core/clock";
import { silentLog, type Log } from "../../src/core/log";
import { openStore, type Store, type StoreOptions } from "../../src/store/store";
import { FakeClock } from "./clock";

export interface TestStore {
  store: Store;
  directory: string;
  clock: FakeClock;
  /** Closes the store and opens it again on the same directory, as a restart does. */
  reopen(): Promise<Store>;
  /** Closes the store and removes the directory. */
  remove(): Promise<void>;
}

export interface TestStoreOptions extends Partial<Omit<StoreOptions, "clock" | "directory">> {
  clock?: FakeClock;
  directory?: string;
}

/** An empty directory below the system's temporary one. */
export const temporaryDirectory = (name = "andon-test-"): string => mkdtempSync(join(tmpdir(), name));

export const removeDirectory = (directory: string): void =>
  rmSync(directory, { recursive: true, force: true });

/** `clock.advance` waits for this store's commits between timers. No ballast unless asked for. */
export const openTestStore = async (options: TestStoreOptions = {}): Promise<TestStore> => {
  const clock = options.clock ?? new FakeClock();
  const directory = options.directory ?? temporaryDirectory();
  const log: Log = options.log ?? silentLog;
  const open = (): Promise<Store> =>
    openStore({ hasBallast: false, ...options, directory, log, clock: clock satisfies Clock });
  const opened: TestStore = {
    store: await open(),
    directory,
    clock,
    reopen: async () => {
      await opened.store.close();
      opened.store = await open();
      return opened.store;
    },
    remove: async () => {
      stopWaiting();
      await opened.store.close();
      removeDirectory(directory);
    },
  };
  const stopWaiting = clock.waitFor(() => opened.store.idle());
  return opened;
};
