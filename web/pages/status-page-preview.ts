// In: the settings of a status page that may not be saved yet. Out: the page as the public would read it, in a
// frame of its own in which no script runs and no link leads anywhere.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { logoPath, previewStatusPage, type StatusPage, type StatusPageBody } from "../api/status-pages";
import { theme } from "../controllers/theme";
import { Watch } from "../controllers/store";
import "../elements/segments";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.statusPages.preview;
/** As long as somebody types. */
const QUIET_MS = 350;

type Width = "wide" | "narrow";

@customElement("status-page-preview")
export class StatusPagePreview extends LitElement {
  /** As it is stored; null: a new one. */
  @property({ attribute: false }) page: StatusPage | null = null;
  /** Null: nothing to show yet. */
  @property({ attribute: false }) body: Partial<StatusPageBody> | null = null;
  @state() private width: Width = "wide";
  @state() private refusal = "";
  @state() private isShown = false;
  @query("iframe") private readonly frame!: HTMLIFrameElement;
  private asked = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | undefined;

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: block;
      }
      .room {
        background: var(--surface-2);
        border-radius: 0 0 var(--radius-m) var(--radius-m);
        padding: var(--space-3);
        display: grid;
        justify-items: center;
      }
      iframe {
        width: 100%;
        height: min(70dvh, 46rem);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--bg);
        color-scheme: light dark;
      }
      :host([data-theme="dark"]) iframe {
        color-scheme: dark;
      }
      :host([data-theme="light"]) iframe {
        color-scheme: light;
      }
      iframe.narrow {
        width: min(100%, 23.5rem);
      }
      .waiting {
        padding: var(--space-8) var(--space-4);
        text-align: center;
        color: var(--ink-2);
      }
      .refusal {
        color: var(--critical);
        padding: 0 var(--space-5) var(--space-3);
      }
      p.sub {
        padding: var(--space-3) var(--space-5);
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, theme);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  override willUpdate(changed: PropertyValues): void {
    this.dataset["theme"] = theme.value;
    if (!changed.has("body") && !changed.has("page")) return;
    const wanted = JSON.stringify([this.page?.id, this.page?.updated_at, this.body]);
    if (wanted === this.asked) return;
    const isFirst = this.asked === "";
    this.asked = wanted;
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.body === null) this.isShown = false;
    else this.timer = setTimeout(() => void this.ask(), isFirst ? 0 : QUIET_MS);
  }

  private async ask(): Promise<void> {
    const { body, page } = this;
    if (body === null) return;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const made = await previewStatusPage(page?.id ?? null, body, asking.signal);
      this.show(made);
      this.refusal = "";
      this.isShown = true;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.refusal = error instanceof ApiError ? error.message : text.common.unexpected;
    }
  }

  /** Nothing of it is loaded while it is read: neither scripts nor files, which have no address here. */
  private show(made: { html: string; style: string }): void {
    const target = this.frame.contentDocument;
    const view = target?.defaultView;
    if (target === null || view === null || view === undefined) return;
    const read = new DOMParser().parseFromString(made.html, "text/html");
    for (const image of read.querySelectorAll("img")) {
      if (this.page?.has_logo === true) image.setAttribute("src", logoPath(this.page));
      else image.remove();
    }
    for (const link of read.querySelectorAll("a[href]:not([href^='#'])")) link.removeAttribute("href");
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(made.style);
    target.adoptedStyleSheets = [sheet];
    target.documentElement.lang = read.documentElement.lang;
    target.title = read.title;
    const from = view.scrollY;
    target.body.replaceWith(target.importNode(read.body, true));
    view.scrollTo(0, from);
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="preview">
      <div class="card-head">
        <h2 id="preview" class="grow">${words.title}</h2>
        <andon-segments
          label=${words.width}
          .value=${this.width}
          .segments=${[
            { value: "wide", label: words.wide },
            { value: "narrow", label: words.narrow },
          ]}
          @choose=${(event: CustomEvent<Width>) => (this.width = event.detail)}
        ></andon-segments>
      </div>
      <p class="sub">${words.note}</p>
      ${this.refusal === "" ? null : html`<p class="refusal" role="alert">${this.refusal}</p>`}
      <div class="room">
        ${this.isShown ? null : html`<p class="waiting">${words.waiting}</p>`}
        <iframe
          class=${this.width}
          ?hidden=${!this.isShown}
          title=${words.frame}
          sandbox="allow-same-origin"
        ></iframe>
      </div>
    </section>`;
  }
}
