// In: a status page's ID, or `new`. Out: its editor: what it shows, its look, who may read it and where, beside the
// page as the public would see it.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { listChannels, type Channel } from "../api/channels";
import { ApiError } from "../api/client";
import { listServices, type Service } from "../api/services";
import {
  changeStatusPage,
  createStatusPage,
  deleteStatusPage,
  readStatusPage,
  type StatusPage,
} from "../api/status-pages";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import { fieldId } from "../elements/fields";
import { fieldStyles } from "../elements/field-styles";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { channelEditStyles } from "./channel-edit-styles";
import { listStyles } from "./list-styles";
import { backLink, stateOf } from "./page-parts";
import {
  emptyPage,
  findPageFaults,
  pageBodyOf,
  pageDraftOf,
  previewBodyOf,
  type PageDraft,
  type PageFaults,
} from "./status-page-draft";
import "./status-page-preview";
import {
  announcementSection,
  contentSection,
  lookSection,
  placeSection,
  readersSection,
  subscribersSection,
  type SectionParts,
} from "./status-page-sections";
import "./status-page-subscribers";

const words = text.statusPages;
const { sections } = words;

interface Ground {
  /** Null: a new one. */
  page: StatusPage | null;
  services: Service[];
  channels: Channel[];
}

@customElement("page-status-page-edit")
export class PageStatusPageEdit extends LitElement {
  @property() pageId = "new";
  @state() private draft: PageDraft = emptyPage();
  @state() private faults: PageFaults = {};
  @state() private problem = "";
  @state() private isBusy = false;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly ground = new Load<Ground>(this, async () => {
    const [page, services, channels] = await Promise.all([
      this.pageId === "new" ? null : readStatusPage(this.pageId),
      listServices(),
      listChannels(),
    ]);
    this.begin(page);
    return { page, services, channels: channels.filter(({ type }) => type === "email") };
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    channelEditStyles,
    fieldStyles,
    css`
      .color {
        display: flex;
        gap: var(--space-2);
      }
      .color input {
        width: 3.5rem;
        flex: none;
        padding: 0.2rem;
      }
      .wrong {
        color: var(--critical);
        font-size: var(--text-s);
      }
      .seen {
        min-width: 0;
      }
      @media (max-width: 719px) {
        .head {
          flex-wrap: wrap;
        }
        .title {
          flex-basis: 12rem;
        }
      }
      @media (min-width: 1200px) {
        form {
          grid-template-columns: minmax(0, 38rem) minmax(24rem, 1fr);
        }
        .seen {
          grid-column: 2;
          grid-row: 1 / span 7;
          position: sticky;
          top: var(--space-5);
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("pageId") && changed.get("pageId") !== undefined) void this.ground.restart();
    pageTitle.set(this.ground.data?.page?.name ?? (this.pageId === "new" ? words.add : words.title));
  }

  private begin(page: StatusPage | null): void {
    this.draft = page === null ? emptyPage() : pageDraftOf(page);
    this.faults = {};
    this.problem = "";
  }

  private readonly change = (changes: Partial<PageDraft>): void => {
    this.draft = { ...this.draft, ...changes };
    // Who corrects something need not read the old faults; saving finds those that are left.
    this.faults = {};
    this.problem = "";
  };

  private async focusFault(): Promise<void> {
    await this.updateComplete;
    const [first] = Object.keys(this.faults);
    if (first !== undefined)
      this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(fieldId(first))}`)?.focus();
  }

  private async save(event: Event, ground: Ground): Promise<void> {
    event.preventDefault();
    const { page } = ground;
    this.faults = findPageFaults(this.draft, page?.has_password === true);
    this.problem = "";
    if (Object.keys(this.faults).length > 0) return this.focusFault();
    this.isBusy = true;
    try {
      const body = pageBodyOf(this.draft);
      const saved = page === null ? await createStatusPage(body) : await changeStatusPage(page.id, body);
      notify(page === null ? words.created(saved.name) : words.saved(saved.name), { tone: "good" });
      if (page === null) navigate(`/status-pages/${saved.id}`);
      else this.keep(saved);
    } catch (error) {
      const field = (error instanceof ApiError ? error.field : null)?.split(".")[0] ?? "";
      const message = error instanceof ApiError ? error.message : text.common.unexpected;
      if (field === "") this.problem = message;
      else this.faults = { [field]: message };
      await this.focusFault();
    }
    this.isBusy = false;
  }

  /** What is stored now; what is typed stays. */
  private keep(page: StatusPage): void {
    if (this.ground.data !== undefined) this.ground.data = { ...this.ground.data, page };
    this.draft = { ...this.draft, password: "", slug: page.slug };
    this.requestUpdate();
  }

  private async deletePage(page: StatusPage): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: words.deleteTitle(page.name),
      detail: words.deleteDetail,
      confirm: words.deleteConfirm,
    });
    if (!isSure) return;
    try {
      await deleteStatusPage(page.id);
      notify(words.deleted(page.name));
      navigate("/status-pages");
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private section(id: keyof typeof sections, content: TemplateResult): TemplateResult {
    return html`<section class="card pad" aria-labelledby="section-${id}">
      <h2 id="section-${id}">${sections[id]}</h2>
      ${content}
    </section>`;
  }

  private form(ground: Ground): TemplateResult {
    const { page } = ground;
    const parts: SectionParts = {
      ...ground,
      draft: this.draft,
      faults: this.faults,
      change: this.change,
      onLogo: (saved) => this.keep(saved),
    };
    const count = Object.keys(this.faults).length;
    return html`<form novalidate @submit=${(event: Event) => void this.save(event, ground)}>
        ${this.section("content", contentSection(parts))}
        <status-page-preview
          class="seen"
          .page=${page}
          .body=${previewBodyOf(this.draft)}
        ></status-page-preview>
        ${this.section("announcement", announcementSection(parts))}
        ${this.section("look", lookSection(parts))} ${this.section("readers", readersSection(parts))}
        ${this.section("place", placeSection(parts))}
        ${this.section("subscribers", subscribersSection(parts))}
        <div class="bar">
          <div class="actions">
            <button type="submit" class="primary" ?disabled=${this.isBusy}>
              ${this.isBusy ? text.common.saving : page === null ? words.create : text.common.save}
            </button>
            <a class="button" href="/status-pages">${text.common.cancel}</a>
          </div>
          <p class="problem" role="alert">${this.problem || (count > 0 ? words.problems(count) : "")}</p>
        </div>
      </form>
      ${
        page === null
          ? null
          : html`<status-page-subscribers .pageId=${page.id}></status-page-subscribers>
              <p>
                <button class="link danger" @click=${() => void this.deletePage(page)}>
                  ${words.delete}
                </button>
              </p>`
      }`;
  }

  override render(): TemplateResult {
    const { data } = this.ground;
    const page = data?.page ?? null;
    return html`<div class="page">
      <div>
        ${backLink("/status-pages", words.title)}
        <div class="head">
          <div class="title">
            <h1>${page === null ? words.add : words.editTitle(page.name)}</h1>
          </div>
          ${
            page === null
              ? null
              : html`<div class="actions">
                  <a class="button" href="${page.path}/" target="_blank" rel="noopener"
                    ><andon-icon name="external"></andon-icon>${words.open}</a
                  >
                </div>`
          }
        </div>
      </div>
      ${
        data === undefined
          ? stateOf(this.ground, { failed: words.editFailed, notFound: words.notFound })
          : this.form(data)
      }
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
