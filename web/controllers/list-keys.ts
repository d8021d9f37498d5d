// In: a host with links that carry `data-row`. Out: j and k move between them, / goes to the search.
import type { LitElement, ReactiveController } from "lit";
import { Shortcuts, type KeyMap } from "./shortcuts";

export class ListKeys implements ReactiveController {
  constructor(
    private readonly host: LitElement,
    more: KeyMap = {},
  ) {
    host.addController(this);
    new Shortcuts(host, {
      j: () => this.move(1),
      k: () => this.move(-1),
      "/": () => this.host.renderRoot.querySelector<HTMLElement>("input[type=search]")?.focus(),
      ...more,
    });
  }

  hostConnected(): void {}

  private move(step: number): void {
    const rows = [...this.host.renderRoot.querySelectorAll<HTMLElement>("[data-row]")];
    const current = rows.findIndex((row) => row.matches(":focus"));
    const next = current === -1 ? (step > 0 ? 0 : rows.length - 1) : current + step;
    rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
  }
}
