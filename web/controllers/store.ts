// In: a value that changes. Out: Store, the whole of our state management, and Watch, which renders
// a host again when a store changes.
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Store<T> {
  private listeners = new Set<() => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  /** Tells the listeners unless the value is the very same. */
  set(value: T): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const listener of this.listeners) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.current));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export class Watch implements ReactiveController {
  private stops: (() => void)[] = [];
  private readonly stores: readonly Store<never>[];

  constructor(
    private readonly host: ReactiveControllerHost,
    ...stores: readonly { subscribe(listener: () => void): () => void }[]
  ) {
    this.stores = stores as readonly Store<never>[];
    host.addController(this);
  }

  hostConnected(): void {
    this.stops = this.stores.map((store) => store.subscribe(() => this.host.requestUpdate()));
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    for (const stop of this.stops) stop();
  }
}
