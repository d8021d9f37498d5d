// In: the location, the person and the count of waiting alerts. Out: the navigation: a column on wide
// screens, a rail on medium ones, a top line and a bottom bar with a sheet for the rest on small ones.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { chooseTheme, THEMES, theme } from "../controllers/theme";
import { Watch } from "../controllers/store";
import { brandMark } from "../elements/brand";
import "../elements/dialog";
import "../elements/icon";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import "./live-indicator";
import { navStyles } from "./nav-styles";
import { notify, notifyFailure } from "./notices";
import { matchPath, place } from "./router";
import { navigationGroups, type NavEntry, type NavGroup } from "./navigation";
import { ROUTES } from "./routes";
import { session, signOut } from "./session";

const { shell } = text;
const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" } as const;

/** Fires `show-keys`. */
@customElement("andon-nav")
export class AndonNav extends LitElement {
  @property({ type: Number }) waiting = 0;
  @state() private isMenuOpen = false;

  static override styles = [base, controls, navStyles];

  constructor() {
    super();
    new Watch(this, place, session, theme);
  }

  private isCurrent(entry: NavEntry): boolean {
    const route = ROUTES.find((each) => matchPath(each.path, place.value.path) !== null);
    return route?.nav === entry.href;
  }

  private link(entry: NavEntry): TemplateResult {
    const hasBadge = entry.href === "/" && this.waiting > 0;
    return html`<li>
      <a
        class="entry"
        href=${entry.href}
        aria-current=${this.isCurrent(entry) ? "page" : nothing}
        @click=${() => (this.isMenuOpen = false)}
      >
        <andon-icon name=${entry.icon}></andon-icon>
        <span class="label">${entry.label}</span>
        ${
          hasBadge
            ? html`<span class="badge" aria-label=${shell.waiting(this.waiting)}
                >${this.waiting > 99 ? "99+" : this.waiting}</span
              >`
            : null
        }
      </a>
    </li>`;
  }

  /** `place` keeps the IDs of their names apart: the same groups stand in two places. */
  private groups(place: string, groups: readonly NavGroup[]): TemplateResult[] {
    return groups
      .filter(({ entries }) => entries.length > 0)
      .map(
        ({ label, entries }, index) =>
          html`<section>
            <p class="group" id="${place}-${index}">${label}</p>
            <ul aria-labelledby="${place}-${index}">
              ${entries.map((entry) => this.link(entry))}
            </ul>
          </section>`,
      );
  }

  private themeSwitch(): TemplateResult {
    return html`<div class="themes" role="radiogroup" aria-label=${shell.theme} @keydown=${this.onThemeKey}>
      ${THEMES.map(
        (each) =>
          html`<button
            class="quiet square"
            role="radio"
            aria-checked=${theme.value === each}
            tabindex=${theme.value === each ? 0 : -1}
            aria-label=${shell.themes[each]}
            title=${shell.themes[each]}
            @click=${() => chooseTheme(each)}
          >
            <andon-icon name=${THEME_ICONS[each]}></andon-icon>
          </button>`,
      )}
    </div>`;
  }

  private onThemeKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const group = event.currentTarget as HTMLElement;
    const next = THEMES[(THEMES.indexOf(theme.value) + step + THEMES.length) % THEMES.length];
    if (next === undefined) return;
    chooseTheme(next);
    group.querySelectorAll<HTMLElement>("button")[THEMES.indexOf(next)]?.focus();
  }

  private async leave(): Promise<void> {
    try {
      await signOut();
      notify(shell.signedOut);
    } catch (error) {
      notifyFailure(shell.signOut, error);
    }
  }

  private person(): TemplateResult {
    const info = session.value.info;
    return html`<div class="person">
      <span class="who">
        <span class="clip strong">${info?.user.name || info?.user.email}</span>
        <span class="clip sub">${info?.organization.name}</span>
      </span>
      <button class="quiet square" aria-label=${shell.signOut} title=${shell.signOut} @click=${this.leave}>
        <andon-icon name="leave"></andon-icon>
      </button>
    </div>`;
  }

  private showKeys(): void {
    this.isMenuOpen = false;
    this.dispatchEvent(new CustomEvent("show-keys"));
  }

  private tools(): TemplateResult {
    return html`<div class="tools">
      ${this.themeSwitch()}
      <span class="help">
        <a
          class="button quiet square"
          href="/docs"
          target="_blank"
          rel="noopener"
          aria-label=${shell.documents}
          title=${shell.documents}
        >
          <andon-icon name="external"></andon-icon>
        </a>
        <button
          class="quiet square"
          aria-label=${shell.shortcuts}
          title=${`${shell.shortcuts} (?)`}
          @click=${this.showKeys}
        >
          <andon-icon name="help"></andon-icon>
        </button>
      </span>
    </div>`;
  }

  private brand(): TemplateResult {
    return html`<a class="brand" href="/" aria-label=${shell.product}>
      ${brandMark()}
      <span>${shell.product}</span>
    </a>`;
  }

  override render(): TemplateResult {
    const groups = navigationGroups();
    const entries = groups.flatMap((group) => group.entries);
    const inBar = entries.filter(({ isInBar }) => isInBar);
    const rest = groups.map((group) => ({
      ...group,
      entries: group.entries.filter(({ isInBar }) => !isInBar),
    }));
    return html`<header class="top">${this.brand()}<andon-live short></andon-live></header>
      <nav class="side" aria-label=${shell.navigation}>
        ${this.brand()}
        <div class="groups">${this.groups("side", groups)}</div>
        <div class="foot">
          <andon-live></andon-live>
          ${this.tools()} ${this.person()}
        </div>
      </nav>
      <nav class="bar" aria-label=${shell.navigation}>
        <ul>
          ${inBar.map((entry) => this.link(entry))}
          <li>
            <button
              class="entry"
              aria-haspopup="dialog"
              aria-expanded=${this.isMenuOpen}
              ?data-current=${rest.some((group) => group.entries.some((entry) => this.isCurrent(entry)))}
              @click=${() => (this.isMenuOpen = true)}
            >
              <andon-icon name="more"></andon-icon><span class="label">${shell.more}</span>
            </button>
          </li>
        </ul>
      </nav>
      <andon-dialog
        sheet
        heading=${shell.menu}
        .open=${this.isMenuOpen}
        @dialog-close=${() => (this.isMenuOpen = false)}
      >
        <nav class="sheet" aria-label=${shell.more}>
          ${this.groups("sheet", rest)} ${this.tools()} ${this.person()}
        </nav>
      </andon-dialog>`;
  }
}
