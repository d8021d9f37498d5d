// In: an asynchronous read. Out: its state for rendering: loading, failed, or the data with its age.
// Old data stay on the screen while newer are fetched; a failed refresh is said, not hidden.
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ApiError } from "../api/client";
import { now } from "./clock";

export interface LoadOptions {
  /** Fetches again this often while the page is visible. */
  everyMs?: number;
}

export class Load<T> implements ReactiveController {
  data: T | undefined;
  error: ApiError | undefined;
  isLoading = false;
  /** Server time of the last good answer. */
  loadedAt = 0;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isConnected = false;
  private readonly onVisible = (): void => {
    if (document.visibilityState === "visible" && this.options.everyMs !== undefined) void this.run();
  };

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly read: () => Promise<T>,
    private readonly options: LoadOptions = {},
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.isConnected = true;
    document.addEventListener("visibilitychange", this.onVisible);
    void this.run();
  }

  hostDisconnected(): void {
    this.isConnected = false;
    this.turn += 1;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  /** Forgets what was shown: for a page that moves on to another object. */
  async restart(): Promise<void> {
    this.data = undefined;
    this.error = undefined;
    await this.run();
  }

  /** The newest run wins; never rejects. */
  async run(): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    clearTimeout(this.timer);
    this.isLoading = true;
    this.host.requestUpdate();
    try {
      const data = await this.read();
      if (turn !== this.turn) return;
      this.data = data;
      this.error = undefined;
      this.loadedAt = now();
    } catch (error) {
      if (turn !== this.turn) return;
      this.error = error instanceof ApiError ? error : new ApiError(0, String(error), { code: "internal" });
    }
    this.isLoading = false;
    this.host.requestUpdate();
    if (this.options.everyMs !== undefined && this.isConnected && document.visibilityState === "visible")
      this.timer = setTimeout(() => void this.run(), this.options.everyMs);
  }
}
