// In: the session, the location and the live state. Out: the frame around every page: navigation,
// banner, toasts, live regions, shortcuts, and what is shown when a page breaks.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { isTaken, Shortcuts } from "../controllers/shortcuts";
import { Watch } from "../controllers/store";
import "../elements/empty";
import "../elements/toasts";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { alertTitle } from "../text/alert-words";
import "./banner";
import { board, onNewAlert, startBoard, stopBoard, unacknowledged } from "./board";
import { startCatalog, stopCatalog } from "./catalog";
import "./keys-dialog";
import { live } from "./live";
import "./nav";
import { navigationEntries } from "./navigation";
import { announce, announcement, dismiss, notices } from "./notices";
import { pageTitle, startPresence } from "./presence";
import { matchPath, navigate, place, startRouter } from "./router";
import { ROUTES, type Route } from "./routes";
import { resumeSession, session } from "./session";

const { shell } = text;
const UNREACHABLE_RETRY_MS = 3_000;
/** After `g` the next key must come within this. */
const SEQUENCE_MS = 1_500;

@customElement("andon-app")
export class AndonApp extends LitElement {
  @state() private problem: "none" | "crashed" | "chunk" = "none";
  @state() private areKeysShown = false;
  @state() private loaded = new Set<Route>();
  @query("main") private readonly main!: HTMLElement;
  private shownPath = "";
  private goUntil = 0;

  static override styles = [
    base,
    controls,
    css`
      :host {
        box-sizing: border-box;
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        min-height: 100dvh;
      }
      .column {
        grid-area: 1 / 2;
        min-width: 0;
        display: flex;
        flex-direction: column;
      }
      main {
        flex: 1;
        min-width: 0;
        outline: none;
      }
      .skip {
        position: fixed;
        left: 0.75rem;
        top: -4rem;
        z-index: 40;
      }
      .skip:focus-visible {
        top: 0.75rem;
      }
      .whole {
        grid-area: 1 / 1 / -1 / -1;
        display: grid;
        place-content: center;
        min-height: 100dvh;
        padding: var(--space-4);
      }
      @media (max-width: 719px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: auto 1fr;
          padding-bottom: var(--bottom-bar);
          --bottom-bar: calc(3.625rem + env(safe-area-inset-bottom));
        }
        .column {
          grid-area: 2 / 1;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, session, place, notices, announcement, board);
    new Shortcuts(this, {
      "?": () => (this.areKeysShown = true),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    startRouter();
    startPresence();
    session.subscribe(() => this.followSession());
    place.subscribe(() => (this.problem = "none"));
    live.onSignedOut(() => void resumeSession());
    onNewAlert((alert) =>
      announce(
        shell.newAlert(text.severity[alert.severity].toLowerCase(), alertTitle(alert)),
        alert.severity === "critical",
      ),
    );
    window.addEventListener("error", (event) => this.onCrash(event.error));
    window.addEventListener("unhandledrejection", (event) => this.onCrash(event.reason));
    window.addEventListener("keydown", (event) => this.onSequence(event), { capture: true });
    void resumeSession();
  }

  private onCrash(error: unknown): void {
    // A resize loop notice is no failure; anything else may have left half a page behind.
    if (error === null || error === undefined) return;
    this.problem = "crashed";
  }

  private followSession(): void {
    const { phase } = session.value;
    if (phase === "signed_in") {
      live.start();
      startBoard();
      startCatalog();
    } else {
      live.stop();
      stopBoard();
      stopCatalog();
    }
    if (phase === "unreachable") setTimeout(() => void resumeSession(), UNREACHABLE_RETRY_MS);
    if (phase === "signed_in" && place.value.path === "/login")
      navigate(safeNext(place.value.query.get("next")), { replace: true });
  }

  /** `g` and a letter go to a page; the letters mean nothing else in that moment. */
  private onSequence(event: KeyboardEvent): void {
    if (session.value.phase !== "signed_in" || isTaken(event)) return;
    if (performance.now() < this.goUntil) {
      this.goUntil = 0;
      const entry = navigationEntries().find(({ key }) => key === event.key);
      if (entry === undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      navigate(entry.href);
    } else if (event.key === "g") this.goUntil = performance.now() + SEQUENCE_MS;
  }

  override updated(): void {
    const { path } = place.value;
    if (path === this.shownPath || session.value.phase !== "signed_in") return;
    // Moving to another page moves the focus too, so that reading starts at its beginning.
    if (this.shownPath !== "") this.main?.focus({ preventScroll: true });
    this.shownPath = path;
  }

  private page(): TemplateResult {
    if (this.problem !== "none")
      return html`<andon-empty
        first
        tone="critical"
        heading=${this.problem === "crashed" ? shell.crashed : shell.chunkLost}
        detail=${this.problem === "crashed" ? shell.crashedDetail : shell.chunkLostDetail}
      >
        <button class="primary" @click=${() => location.reload()}>${text.common.reload}</button>
      </andon-empty>`;
    for (const route of ROUTES) {
      const params = matchPath(route.path, place.value.path);
      if (params === null) continue;
      if (route.title !== "") pageTitle.set(route.title);
      if (this.loaded.has(route)) return route.render(params);
      route.load().then(
        () => (this.loaded = new Set(this.loaded).add(route)),
        () => (this.problem = "chunk"),
      );
      return html``;
    }
    pageTitle.set(shell.notFound);
    return html`<andon-empty first heading=${shell.notFound} detail=${shell.notFoundDetail}>
      <a class="button" href="/">${shell.toNow}</a>
    </andon-empty>`;
  }

  private entry(): TemplateResult {
    const isSetup = place.value.path === "/setup";
    void (isSetup ? import("../pages/setup") : import("../pages/login")).catch(
      () => (this.problem = "chunk"),
    );
    if (this.problem !== "none") return html`<div class="whole">${this.page()}</div>`;
    return html`<main class="whole" tabindex="-1">
      ${isSetup ? html`<page-setup></page-setup>` : html`<page-login></page-login>`}
    </main>`;
  }

  private content(): TemplateResult {
    const { phase } = session.value;
    if (phase === "unknown") return html`<div class="whole" aria-busy="true"></div>`;
    if (phase === "unreachable")
      return html`<main class="whole">
        <andon-empty first tone="stale" heading=${shell.unreachable} detail=${shell.unreachableDetail}>
          <button @click=${() => void resumeSession()}>${text.common.retry}</button>
        </andon-empty>
      </main>`;
    if (phase === "anonymous" || place.value.path === "/setup") return this.entry();
    return html`<button class="skip" @click=${() => this.main.focus()}>${shell.skip}</button>
      <andon-nav
        .waiting=${unacknowledged(board.value).length}
        @show-keys=${() => (this.areKeysShown = true)}
      ></andon-nav>
      <div class="column">
        <andon-banner></andon-banner>
        <main tabindex="-1">${this.page()}</main>
      </div>
      <andon-keys-dialog
        .open=${this.areKeysShown}
        @dialog-close=${() => (this.areKeysShown = false)}
      ></andon-keys-dialog>`;
  }

  override render(): TemplateResult {
    return html`${this.content()}
      <andon-toasts
        .toasts=${notices.value}
        @dismiss=${(event: CustomEvent<number>) => dismiss(event.detail)}
      ></andon-toasts>
      <div class="unseen" role="status" aria-live="polite">${announcement.value.polite}</div>
      <div class="unseen" role="alert" aria-live="assertive">${announcement.value.assertive}</div>`;
  }
}

/** Only paths of this site: a link in a mail must not lead elsewhere after the login. */
const safeNext = (next: string | null): string =>
  next !== null && next.startsWith("/") && !next.startsWith("//") && !next.startsWith("/login") ? next : "/";
