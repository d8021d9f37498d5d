// In: a product with nothing in it. Out: senders who post words, alerts and announcements to webhook receivers, all at
// once and until it ends, with an account of what was answered.
import { expect } from "bun:test";
import type { Scene } from "../bench/scene";
import { wholeBetween } from "./random";
import { hmacHex } from "./receivers";
import type { Fields } from "./remote-api";

const SECRET = "a secret of the senders";
const NAMES = ["Shop", "Mail", "Cart", "Search"];

interface Posted {
  id: string;
  body: string;
}

interface Sender {
  path: string;
  payload: () => unknown;
  /** Delivery IDs that were answered, with their results. */
  answered: Map<string, string>;
  /** Came to its end the last time that it was answered: sent again, it changes nothing. */
  last: Posted | null;
  /** Sent, and the answer never came. */
  unanswered: Posted[];
}

export interface Crowd {
  /** How many requests were answered. */
  answered(): number;
  /** Ends with the product; throws when that answers anything but what a receiver answers. */
  postUntilDead(): Promise<void>;
  /** Sends again what was answered, which changes nothing, and what was not, which has one effect. */
  repeat(): Promise<void>;
  /** Everything that was answered is in the log, as it was answered. */
  expectLogged(): Promise<void>;
}

export const gatherCrowd = async (scene: Scene, random: () => number): Promise<Crowd> => {
  const { api } = scene;
  const pick = <T>(choices: readonly T[]): T => choices[wholeBetween(random, 0, choices.length - 1)] as T;
  await api.call("POST", "/notification-channels", {
    name: "Hook",
    type: "webhook",
    // Nobody listens: what is to be sent waits.
    config: { url: "http://10.255.255.1/hook" },
    is_active: true,
  });
  for (const name of NAMES.slice(0, 2)) await api.call("POST", "/services", { name });
  const receiver = async (settings: Fields, payload: () => unknown): Promise<Sender> => {
    const made = await api.call("POST", "/webhook-receivers", {
      name: "Receiver",
      hmac_secret: SECRET,
      auto_create_incidents: true,
      auto_resolve_incidents: true,
      ...settings,
    });
    const path = new URL(String(made["url"])).pathname;
    return { path, payload, answered: new Map(), last: null, unanswered: [] };
  };
  const named = { service_name_field: "service", create_missing_services: true };
  let count = 0;
  const senders = [
    await receiver(named, () => ({
      service: pick(NAMES),
      status: pick(["down", "degraded", "up", "maintenance", "nonsense"]),
      message: `Word ${++count}`,
    })),
    await receiver(named, () => ({ service: pick(NAMES), status: pick(["down", "up"]) })),
    await receiver({ preset: "alertmanager", service_name_field: "labels.service", alerts: {} }, () => ({
      alerts: [1, 2].map(() => ({
        status: pick(["firing", "resolved"]),
        labels: { alertname: pick(["Slow", "Full"]), service: pick(NAMES), instance: pick(["a", "b"]) },
        fingerprint: pick(["1", "2", "3"]),
      })),
    })),
    await receiver({ preset: "statuspage", service_name_field: "component.name" }, () => ({
      component: { id: "c", name: pick(NAMES) },
      component_update: { new_status: pick(["major_outage", "operational", "under_maintenance"]) },
    })),
  ];

  const REPETITION = { result: "ignored", error: expect.stringContaining("repetition") };

  const send = async (sender: Sender, { id, body }: Posted): Promise<Fields> => {
    const response = await fetch(`${scene.product.url}${sender.path}`, {
      method: "POST",
      headers: { "x-webhook-signature": hmacHex(SECRET, body), "webhook-id": id },
      body,
    });
    const answer = (await response.json()) as Fields;
    // Nothing but the end keeps the product from its work.
    if (response.status !== 200 && response.status !== 400)
      throw new AggregateError([], `${response.status} ${JSON.stringify(answer)}`);
    sender.answered.set(String(answer["delivery_id"]), String(answer["result"]));
    return answer;
  };

  const postUntilDead = async (sender: Sender): Promise<void> => {
    for (;;) {
      const posted = { id: crypto.randomUUID(), body: JSON.stringify(sender.payload()) };
      try {
        const { result } = await send(sender, posted);
        if (result !== "failed") sender.last = posted;
      } catch (error) {
        if (error instanceof AggregateError) throw error;
        sender.unanswered.push(posted);
        return;
      }
    }
  };

  return {
    answered: () => senders.reduce((sum, { answered }) => sum + answered.size, 0),
    // Two sockets of each: words of one receiver are decided together.
    postUntilDead: async () => void (await Promise.all([...senders, ...senders].map(postUntilDead))),
    repeat: async () => {
      for (const sender of senders) {
        const { last } = sender;
        if (last !== null) expect(await send(sender, last)).toMatchObject(REPETITION);
        for (const posted of sender.unanswered.splice(0)) {
          const { result } = await send(sender, posted);
          if (result !== "failed") expect(await send(sender, posted)).toMatchObject(REPETITION);
        }
      }
    },
    expectLogged: async () => {
      const receivers = (await api.list("/webhook-receivers")).toReversed();
      for (const [index, { answered }] of senders.entries()) {
        const id = String(receivers[index]?.["id"]);
        const rows = await api.list(`/webhook-receivers/${id}/deliveries`);
        const logged = new Map(rows.map((row) => [String(row["id"]), row["result"]]));
        for (const [delivery, result] of answered) expect(logged.get(delivery)).toBe(result);
      }
    },
  };
};
