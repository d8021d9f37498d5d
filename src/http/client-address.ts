// In: the socket's address and the forwarding headers. Out: the client's address and whether it
// speaks TLS. Headers count only when the socket belongs to a proxy that the configuration names.
import { type AddressList, normalizeAddress } from "../lib/address-list";

export interface Client {
  address: string;
  isSecure: boolean;
}

/** Longer lists of hops are somebody's experiment. */
const MAX_HOPS = 32;

/** `1.2.3.4`, `1.2.3.4:5678`, `[::1]:5678` and `::1` all give the address. */
const addressOfHop = (hop: string): string | null => {
  const text = hop.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text);
  if (bracketed !== null) return normalizeAddress(bracketed[1] ?? "");
  return normalizeAddress(text) ?? normalizeAddress(text.replace(/:\d+$/, ""));
};

/**
 * The rightmost hop that is not a trusted proxy itself: everything left of it is only what that
 * client claims. A hop that is no address ends the walk at the last one that was.
 */
const clientOfHops = (header: string, peer: string, proxies: AddressList): string => {
  let client = peer;
  for (const hop of header.split(",").slice(-MAX_HOPS).reverse()) {
    const address = addressOfHop(hop);
    if (address === null) return client;
    client = address;
    if (!proxies.has(address)) return client;
  }
  return client;
};

export const clientOf = (headers: Headers, peer: string, overTls: boolean, proxies: AddressList): Client => {
  if (proxies.isEmpty || !proxies.has(peer)) return { address: peer, isSecure: overTls };
  const hops = headers.get("x-forwarded-for");
  // With several proxies the last value is the one that the nearest, trusted proxy wrote.
  const scheme = headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim().toLowerCase();
  return {
    address: hops === null ? peer : clientOfHops(hops, peer, proxies),
    isSecure: overTls || scheme === "https",
  };
};
