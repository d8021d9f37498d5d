// In: key presses anywhere on the page. Out: calls of the keys that the visible page declares.
// Nothing fires while somebody types, or while a dialog is open.
import type { ReactiveController, ReactiveControllerHost } from "lit";

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const TOGGLES = new Set(["checkbox", "radio", "button", "submit"]);

/** True when the key belongs to a field or an open dialog. */
export const isTaken = (event: KeyboardEvent): boolean => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  for (const target of event.composedPath()) {
    if (!(target instanceof HTMLElement)) continue;
    if (target.isContentEditable) return true;
    if (TYPING.has(target.tagName) && !(target instanceof HTMLInputElement && TOGGLES.has(target.type)))
      return true;
    if (target instanceof HTMLDialogElement && target.open) return true;
  }
  return false;
};

export class Shortcuts implements ReactiveController {
  private readonly onKey = (event: KeyboardEvent): void => {
    if (isTaken(event)) return;
    const run = this.keys[event.key];
    if (run === undefined) return;
    event.preventDefault();
    run(event);
  };

  constructor(
    host: ReactiveControllerHost,
    private readonly keys: KeyMap,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("keydown", this.onKey);
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.onKey);
  }
}
