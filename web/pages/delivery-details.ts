// In: a delivery. Out: its evidence: what it is about, the body, each attempt as it went, and the buttons
// that send it again.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import {
  readAttempts,
  readBody,
  replayDelivery,
  type Attempt,
  type Delivery,
  type DeliveryBody,
} from "../api/deliveries";
import { catalog } from "../app/catalog";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/exchange";
import "../elements/icon";
import { base, controls, rawText, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.deliveries;
const OVER: readonly string[] = ["delivered", "failed", "cancelled"];

/** JSON with its lines and indents; whatever else it is, as it is. */
const laidOut = (body: DeliveryBody): string => {
  if (body.is_cut || !/\bjson\b/.test(body.content_type)) return body.text;
  try {
    return JSON.stringify(JSON.parse(body.text), null, 2);
  } catch {
    return body.text;
  }
};

/** Fires `changed` when it was sent again. */
@customElement("delivery-details")
export class DeliveryDetails extends LitElement {
  @property({ attribute: false }) delivery!: Delivery;
  private readonly attempts = new Load<Attempt[]>(
    this,
    async () => (await readAttempts(this.delivery.id)).data,
  );
  /** Null for people who may not read it. */
  private readonly body = new Load<DeliveryBody | null>(this, async () =>
    can("editor") ? readBody(this.delivery.id) : null,
  );

  static override styles = [
    base,
    controls,
    surfaces,
    rawText,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
        grid-template-columns: minmax(0, 1fr);
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-3);
        align-items: center;
      }
      summary {
        cursor: pointer;
        font-size: var(--text-s);
        font-weight: 550;
        width: fit-content;
        min-height: 1.5rem;
      }
      pre {
        margin-top: var(--space-2);
        max-height: 24rem;
      }
      dl.facts {
        max-width: 60rem;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, catalog);
  }

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("delivery") as Delivery | undefined;
    if (before === undefined) return;
    if (before.id !== this.delivery.id) {
      void this.attempts.restart();
      void this.body.restart();
    } else if (before.attempt_count !== this.delivery.attempt_count || before.status !== this.delivery.status)
      void this.attempts.run();
  }

  private async replay(newId: boolean): Promise<void> {
    try {
      await replayDelivery(this.delivery.id, newId);
      notify(newId ? words.sentAsNew : text.channels.replayed, { tone: "good" });
    } catch (error) {
      notifyFailure(text.channels.replayFailed, error);
    }
    this.dispatchEvent(new CustomEvent("changed"));
  }

  private about(): TemplateResult | null {
    const { event, subject_id: subject, channel_id: channel, is_test: isTest } = this.delivery;
    if (isTest) return null;
    if (event.startsWith("alert."))
      return html`<dt>${words.facts.alert}</dt>
        <dd><a href="/alerts/${subject}">${words.showAlert}</a></dd>`;
    if (event.startsWith("incident."))
      return html`<dt>${words.facts.incident}</dt>
        <dd><a href="/incidents/${subject}">${words.showIncident}</a></dd>`;
    if (event.startsWith("service."))
      return html`<dt>${words.facts.service}</dt>
        <dd><a href="/services/${subject}">${words.showService}</a></dd>`;
    if (event.startsWith("channel.") && subject !== channel)
      return html`<dt>${words.facts.channel}</dt>
        <dd><a href="/channels/${subject}">${words.showChannel}</a></dd>`;
    return null;
  }

  private facts(): TemplateResult {
    const { delivery } = this;
    const machine =
      delivery.machine_id === null ? undefined : catalog.value.machines.get(delivery.machine_id);
    return html`<dl class="facts">
      ${this.about()}
      ${
        machine === undefined
          ? null
          : html`<dt>${words.facts.machine}</dt>
              <dd><a href="/machines/${machine.id}">${machine.display_name ?? machine.name}</a></dd>`
      }
      ${
        delivery.reason === null
          ? null
          : html`<dt>${words.facts.reason}</dt>
              <dd>${delivery.reason}</dd>`
      }
      ${
        delivery.replay_of === null
          ? null
          : html`<dt>${words.facts.replayOf}</dt>
              <dd class="mono">${delivery.replay_of}</dd>`
      }
      <dt>${words.facts.id}</dt>
      <dd class="mono">${delivery.id}</dd>
    </dl>`;
  }

  private bodyPart(): TemplateResult | null {
    const { data, error } = this.body;
    if (error !== undefined && data === undefined)
      return html`<p class="sub" role="alert">${words.bodyFailed} ${error.message}</p>`;
    if (data === undefined || data === null) return null;
    return html`<details>
      <summary>
        ${words.facts.body}
        <span class="sub">${data.content_type}, ${words.bytes(data.bytes)}</span>
      </summary>
      <pre tabindex="0" role="region" aria-label=${words.facts.body}>${laidOut(data)}</pre>
      ${data.is_cut ? html`<p class="sub">${words.bodyCut}</p>` : null}
    </details>`;
  }

  private attemptsPart(): TemplateResult | TemplateResult[] {
    const { data, error } = this.attempts;
    if (data === undefined)
      return error === undefined
        ? html`<p class="sub" aria-busy="true">${text.common.loading}</p>`
        : html`<p class="sub" role="alert">${text.channels.attemptsFailed} ${error.message}</p>`;
    return data.length === 0
      ? html`<p class="sub">${text.channels.noAttempts}</p>`
      : data.map((attempt) => html`<andon-exchange .attempt=${attempt}></andon-exchange>`);
  }

  override render(): TemplateResult {
    const isOver = OVER.includes(this.delivery.status);
    return html`${this.facts()} ${this.bodyPart()} ${this.attemptsPart()}
    ${
      can("editor")
        ? html`<div class="foot">
            ${
              isOver
                ? html`<button @click=${() => void this.replay(false)}>
                    <andon-icon name="refresh"></andon-icon>${words.sendAgain}
                  </button>`
                : null
            }
            <button class="quiet" @click=${() => void this.replay(true)}>${words.sendAsNew}</button>
          </div>`
        : null
    }`;
  }
}
