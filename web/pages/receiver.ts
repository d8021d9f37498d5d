// In: a receiver's ID. Out: its page: address, what came, its words, a box to try payloads, its signature and
// settings.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { listChannels } from "../api/channels";
import {
  changeReceiver,
  deleteReceiver,
  listPresets,
  readReceiver,
  type Preset,
  type Receiver,
} from "../api/receivers";
import { listServices } from "../api/services";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import "../elements/switch";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { listStyles } from "./list-styles";
import { machineStyles } from "./machine-styles";
import { backLink, staleNote, stateOf } from "./page-parts";
import "./receiver-address";
import type { TakenPayload } from "./receiver-delivery";
import "./receiver-log";
import type { ReceiverLog } from "./receiver-log";
import "./receiver-mapping";
import { forgetShown } from "./receiver-once";
import "./receiver-settings";
import "./receiver-signature";
import "./receiver-trial";
import type { ReceiverTrial } from "./receiver-trial";
import { presetLabel, receiverState, receiverTarget } from "./receiver-words";

const words = text.receivers;
const EVERY_MS = 5_000;

/** What hardly ever changes: read with the page, and after a change made here. */
interface Ground {
  presets: Preset[];
  services: ReadonlyMap<string, string>;
  channelNames: ReadonlyMap<string, string>;
}

interface Shown extends Ground {
  receiver: Receiver;
}

const namesById = (rows: readonly { id: string; name: string }[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ id, name }) => [id, name]));

@customElement("page-receiver")
export class PageReceiver extends LitElement {
  @property() receiverId = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  @query("receiver-log") private readonly log!: ReceiverLog | null;
  @query("receiver-trial") private readonly trial!: ReceiverTrial | null;
  @state() private isBusy = false;
  private ground: Ground | undefined;
  private readonly shown = new Load<Shown>(
    this,
    async () => {
      const [receiver, ground] = await Promise.all([
        readReceiver(this.receiverId),
        this.ground ?? this.readGround(),
      ]);
      this.ground = ground;
      return { receiver, ...ground };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    machineStyles,
    css`
      .head > .actions {
        gap: var(--space-2) var(--space-3);
      }
      .switch {
        display: inline-flex;
        gap: 0.3rem;
        align-items: center;
      }
      /* Long lines of payloads scroll inside their cards. */
      .main {
        grid-template-columns: minmax(0, 1fr);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    forgetShown(this.receiverId);
  }

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("receiverId") as string | undefined;
    if (before !== undefined && before !== "") void this.shown.restart();
    pageTitle.set(this.shown.data?.receiver.name ?? words.title);
  }

  private async readGround(): Promise<Ground> {
    const [presets, services, channels] = await Promise.all([listPresets(), listServices(), listChannels()]);
    return { presets: presets.data, services: namesById(services), channelNames: namesById(channels) };
  }

  private async switchOver({ id, name, is_active: isActive }: Receiver): Promise<void> {
    this.isBusy = true;
    try {
      await changeReceiver(id, { is_active: !isActive });
      notify(isActive ? words.switchedOff(name) : words.switchedOn(name), {
        tone: isActive ? "plain" : "good",
      });
      await this.shown.run();
    } catch (error) {
      notifyFailure(words.switchFailed, error);
    }
    this.isBusy = false;
  }

  private async deleteReceiver({ id, name }: Receiver): Promise<void> {
    const question = {
      heading: words.deleteTitle(name),
      detail: words.deleteDetail,
      confirm: words.deleteConfirm,
    };
    if (!(await this.confirm.ask(question))) return;
    try {
      await deleteReceiver(id);
      notify(words.deleted(name));
      navigate("/receivers");
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private async refresh(): Promise<void> {
    this.ground = undefined;
    await Promise.all([this.shown.run(), this.log?.refresh()]);
  }

  private head({ receiver, presets, services }: Shown): TemplateResult {
    const { kind, word } = receiverState(receiver);
    const last = receiver.last_delivery;
    return html`<div>
      ${backLink("/receivers", words.title)}
      <div class="head">
        <div class="title">
          <h1>${receiver.name}</h1>
          <p class="sub facts-line">
            <span class="state"
              ><andon-mark kind=${kind}></andon-mark><span class="strong">${word}</span></span
            >
            <span>${presetLabel(receiver.preset, presets)}</span>
            <span>${receiverTarget(receiver, services)}</span>
            ${
              last === null
                ? null
                : html`<span
                    >${words.last} <andon-since mode="ago" .at=${last.received_at}></andon-since
                  ></span>`
            }
          </p>
        </div>
        ${can("editor") ? this.actions(receiver) : null}
      </div>
    </div>`;
  }

  private actions(receiver: Receiver): TemplateResult {
    return html`<div class="actions">
      <span class="switch">
        <span class="sub" aria-hidden="true">${text.receiverForm.active}</span>
        <andon-switch
          label=${text.receiverForm.active}
          ?checked=${receiver.is_active}
          ?disabled=${this.isBusy}
          @toggle=${() => void this.switchOver(receiver)}
        ></andon-switch>
      </span>
      <a class="button" href="/receivers/${receiver.id}/teach">${words.teach}</a>
      <a class="button" href="/receivers/${receiver.id}/edit"
        ><andon-icon name="edit"></andon-icon>${text.common.edit}</a
      >
    </div>`;
  }

  override render(): TemplateResult {
    const shown = this.shown.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/receivers", words.title)}
        ${stateOf(this.shown, { failed: words.receiverFailed, notFound: words.notFound, isWholePage: true })}
      </div>`;
    const { receiver, presets, services, channelNames } = shown;
    const preset = presets.find(({ name }) => name === receiver.preset);
    const serviceName = services.get(receiver.service_id ?? "") ?? [...services.values()][0] ?? "";
    const reload = (): void => void this.refresh();
    return html`<div class="page">
      ${this.head(shown)} ${staleNote(this.shown)}
      ${
        receiver.is_active
          ? null
          : html`<p class="note-box">
              <andon-mark kind="plain"></andon-mark><span>${words.offDetail}</span>
            </p>`
      }
      <div class="columns">
        <div class="main">
          <receiver-address
            .receiver=${receiver}
            .preset=${preset}
            serviceName=${serviceName}
            @changed=${reload}
          ></receiver-address>
          <receiver-log
            .receiverId=${receiver.id}
            @changed=${reload}
            @try=${({ detail }: CustomEvent<TakenPayload>) =>
              void this.trial?.take(detail.payload, detail.headers)}
          ></receiver-log>
          <receiver-mapping .receiver=${receiver} .preset=${preset} @changed=${reload}></receiver-mapping>
          ${
            can("editor")
              ? html`<receiver-trial
                  .receiver=${receiver}
                  .preset=${preset}
                  .channelNames=${channelNames}
                  serviceName=${serviceName}
                ></receiver-trial>`
              : null
          }
        </div>
        <div class="aside">
          <receiver-signature .receiver=${receiver} @changed=${reload}></receiver-signature>
          <receiver-settings .receiver=${receiver} .preset=${preset} .services=${services}>
            ${
              can("editor")
                ? html`<p>
                    <button class="link danger" @click=${() => void this.deleteReceiver(receiver)}>
                      ${words.delete}
                    </button>
                  </p>`
                : null
            }
          </receiver-settings>
        </div>
      </div>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
