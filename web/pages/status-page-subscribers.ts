// In: a status page's ID. Out: who is subscribed to it: found by address, forgotten on request, all as CSV.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Page } from "../api/client";
import { deleteSubscriber, listSubscribers, subscribersCsvPath, type Subscriber } from "../api/status-pages";
import { notify, notifyFailure } from "../app/notices";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";

const words = text.statusPages.subscribers;
const PAGE = 20;

@customElement("status-page-subscribers")
export class StatusPageSubscribers extends LitElement {
  @property() pageId = "";
  @state() private email = "";
  @state() private older: readonly Subscriber[] = [];
  @state() private olderCursor: string | null | undefined;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly first = new Load<Page<Subscriber>>(this, () => this.read(null));

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      form {
        display: flex;
        gap: var(--space-2);
        max-width: 26rem;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding: 0.35rem var(--space-5);
        border-top: 1px solid var(--line);
      }
      .who {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
        display: grid;
      }
      .more {
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--line);
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("pageId") && (changed.get("pageId") ?? "") !== "") void this.restart();
  }

  private read(cursor: string | null): Promise<Page<Subscriber>> {
    return listSubscribers(this.pageId, { limit: PAGE, cursor, email: this.email.trim() });
  }

  private async restart(): Promise<void> {
    this.older = [];
    this.olderCursor = undefined;
    await this.first.run();
  }

  private cursor(): string | null {
    return this.olderCursor === undefined ? (this.first.data?.next_cursor ?? null) : this.olderCursor;
  }

  private async more(): Promise<void> {
    try {
      const page = await this.read(this.cursor());
      this.older = [...this.older, ...page.data];
      this.olderCursor = page.next_cursor;
    } catch (error) {
      notifyFailure(words.failed, error);
    }
  }

  private async forget(subscriber: Subscriber, who: string): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: words.deleteTitle(who),
      detail: words.deleteDetail,
      confirm: words.deleteConfirm,
    });
    if (!isSure) return;
    try {
      await deleteSubscriber(this.pageId, subscriber.id);
      notify(words.deleted);
      await this.restart();
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private line(subscriber: Subscriber): TemplateResult {
    const who = subscriber.email ?? subscriber.url ?? subscriber.id;
    const stands = !subscriber.is_reachable
      ? words.gone
      : subscriber.status === "confirmed"
        ? words.confirmed
        : words.unconfirmed;
    const about =
      subscriber.service_ids === null ? words.everything : words.some(subscriber.service_ids.length);
    return html`<li>
      <span class="who"
        >${who}<span class="sub">${stands} · ${about} · ${formatTime(subscriber.created_at)}</span></span
      >
      <button
        class="quiet square"
        aria-label=${words.delete(who)}
        @click=${() => void this.forget(subscriber, who)}
      >
        <andon-icon name="trash"></andon-icon>
      </button>
    </li>`;
  }

  private body(): TemplateResult {
    const page = this.first.data;
    if (page === undefined)
      return this.first.error === undefined
        ? html`<p class="card-body sub" aria-busy="true">${text.common.loading}</p>`
        : html`<p class="card-body" role="alert">${words.failed} ${this.first.error.message}</p>`;
    const lines = [...page.data, ...this.older];
    if (lines.length === 0)
      return html`<p class="card-body sub">${this.email.trim() === "" ? words.none : words.noneFound}</p>`;
    return html`<ul>
        ${lines.map((line) => this.line(line))}
      </ul>
      ${
        this.cursor() === null
          ? null
          : html`<div class="more">
              <button @click=${() => void this.more()}>${text.common.more}</button>
            </div>`
      }`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="subscribers">
      <div class="card-head">
        <h2 id="subscribers" class="grow">${words.title}</h2>
        <a class="button quiet" href=${subscribersCsvPath(this.pageId)} download
          ><andon-icon name="download"></andon-icon>${words.csv}</a
        >
      </div>
      <div class="card-body">
        <form
          @submit=${(event: Event) => {
            event.preventDefault();
            void this.restart();
          }}
        >
          <input
            type="search"
            aria-label=${words.search}
            placeholder=${words.search}
            autocomplete="off"
            .value=${this.email}
            @input=${(event: InputEvent) => (this.email = (event.target as HTMLInputElement).value)}
          />
          <button type="submit">${text.common.search}</button>
        </form>
      </div>
      ${this.body()}
      <andon-confirm></andon-confirm>
    </section>`;
  }
}
