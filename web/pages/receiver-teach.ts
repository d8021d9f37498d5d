// In: a receiver's ID. Out: teaching by example, step by step: its next payload is waited for, values are clicked
// in it, what would come of it is shown, and the fields are saved.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
  endTeaching,
  listPresets,
  readReceiver,
  readTeaching,
  startTeaching,
  type Preset,
  type Receiver,
  type Teaching,
} from "../api/receivers";
import { listServices } from "../api/services";
import { notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { onTick } from "../controllers/clock";
import { Load } from "../controllers/load";
import "../elements/icon";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { backLink, staleNote, stateOf } from "./page-parts";
import "./receiver-address";
import { forgetShown } from "./receiver-once";
import { receiverTeachStyles } from "./receiver-teach-styles";
import "./teach-fields";

const words = text.receiverForm.teach;
/** While a payload is waited for, in ticks of a second. */
const EVERY_TICKS = 2;

interface Ground {
  receiver: Receiver;
  presets: Preset[];
  serviceName: string;
}

@customElement("page-receiver-teach")
export class PageReceiverTeach extends LitElement {
  @property() receiverId = "";
  @state() private isBusy = false;
  /** Somebody has waited here: when nothing came, that is said. */
  @state() private hasWaited = false;
  private stopTicking: (() => void) | undefined;
  private ticks = 0;
  private readonly ground = new Load<Ground>(this, async () => {
    const [receiver, presets, services] = await Promise.all([
      readReceiver(this.receiverId),
      listPresets(),
      listServices(),
    ]);
    const service = services.find(({ id }) => id === receiver.service_id) ?? services[0];
    return { receiver, presets: presets.data, serviceName: service?.name ?? "" };
  });
  private readonly teaching = new Load<Teaching>(this, () => readTeaching(this.receiverId));

  static override styles = [base, controls, surfaces, alertStyles, receiverTeachStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTicking = onTick(() => {
      this.ticks += 1;
      const isWaiting = this.teaching.data?.status === "waiting";
      if (isWaiting && this.ticks % EVERY_TICKS === 0 && !this.teaching.isLoading) void this.teaching.run();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTicking?.();
    forgetShown(this.receiverId);
  }

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("receiverId") as string | undefined;
    if (before !== undefined && before !== "") {
      void this.ground.restart();
      void this.teaching.restart();
    }
    if (this.teaching.data?.status === "waiting") this.hasWaited = true;
    const name = this.ground.data?.receiver.name;
    pageTitle.set(name === undefined ? text.receivers.teach : words.title(name));
  }

  private async act(action: () => Promise<unknown>, failed: string): Promise<void> {
    this.isBusy = true;
    try {
      await action();
      await this.teaching.run();
    } catch (error) {
      notifyFailure(failed, error);
    }
    this.isBusy = false;
  }

  private start(): Promise<void> {
    return this.act(() => startTeaching(this.receiverId), words.startFailed);
  }

  private async stop(): Promise<void> {
    await this.act(() => endTeaching(this.receiverId), words.stopFailed);
    this.hasWaited = false;
  }

  private steps(current: number): TemplateResult {
    return html`<ol class="steps">
      ${words.steps.map(
        (step, index) =>
          html`<li
            aria-current=${index === current ? "step" : "false"}
            class=${index < current ? "done" : ""}
          >
            <span class="number">${index + 1}</span>${step}
          </li>`,
      )}
    </ol>`;
  }

  private waiting(teaching: Teaching): TemplateResult {
    const isWaiting = teaching.status === "waiting";
    return html`<section class="card pad wait" aria-labelledby="wait">
      <h2 id="wait">${words.waitTitle}</h2>
      <p>${words.waitDetail}</p>
      ${!isWaiting && this.hasWaited ? html`<p class="note-box warning" role="status">${words.over}</p>` : null}
      ${
        isWaiting
          ? html`<p class="pulse" role="status">
                <span class="dot"></span><span class="strong">${words.waiting}</span>
              </p>
              <p class="sub">${words.left}<andon-since mode="until" .at=${teaching.until}></andon-since></p>`
          : null
      }
      <div class="actions">
        ${
          isWaiting
            ? html`<button ?disabled=${this.isBusy} @click=${() => void this.stop()}>${words.stop}</button>`
            : html`<button class="primary" ?disabled=${this.isBusy} @click=${() => void this.start()}>
                ${words.start}
              </button>`
        }
      </div>
    </section>`;
  }

  private content({ receiver, presets, serviceName }: Ground, teaching: Teaching): TemplateResult {
    if (teaching.status === "captured")
      return html`${this.steps(1)}
        <teach-fields
          .receiver=${receiver}
          .presets=${presets}
          .teaching=${teaching}
          @saved=${() => navigate(`/receivers/${receiver.id}`)}
        >
          <button ?disabled=${this.isBusy} @click=${() => void this.start()}>${words.restart}</button>
          <button class="quiet" ?disabled=${this.isBusy} @click=${() => void this.stop()}>
            ${words.discard}
          </button>
        </teach-fields>`;
    return html`${this.steps(0)} ${this.waiting(teaching)}
      <receiver-address
        .receiver=${receiver}
        .preset=${presets.find(({ name }) => name === receiver.preset)}
        serviceName=${serviceName}
        @changed=${() => void this.ground.run()}
      ></receiver-address>`;
  }

  override render(): TemplateResult {
    const ground = this.ground.data;
    const teaching = this.teaching.data;
    const failed = ground === undefined ? this.ground : this.teaching;
    if (ground === undefined || teaching === undefined)
      return html`<div class="page">
        ${backLink("/receivers", text.receivers.title)}
        ${stateOf<unknown>(failed as Load<unknown>, {
          failed: text.receivers.receiverFailed,
          notFound: text.receivers.notFound,
          isWholePage: true,
        })}
      </div>`;
    const { receiver } = ground;
    return html`<div class="page">
      <div>
        ${backLink(`/receivers/${receiver.id}`, receiver.name)}
        <h1>${words.title(receiver.name)}</h1>
      </div>
      ${staleNote(this.teaching)} ${this.content(ground, teaching)}
    </div>`;
  }
}
