// In: a request to a page that not everybody may read. Out: whether this reader may: by the address that the
// request comes from, or by the page's password, given in its form or as HTTP Basic credentials.
import type { Passwords } from "../access/passwords";
import type { Clock } from "../core/clock";
import { factsOf } from "../http/request-facts";
import { addressGroup, parseAddressList, type AddressList } from "../lib/address-list";
import { equalSecrets, sha256Hex } from "../lib/digest";
import { createTokenBuckets } from "../lib/token-bucket";
import type { StatusPage } from "./repository";

/** `wait`: seconds until the next try is looked at. */
export type Verdict = "admitted" | "forbidden" | "password" | { wait: number };

export interface Gate {
  judge(request: Request, page: StatusPage): Verdict | Promise<Verdict>;
  /** A password from the page's form: the Set-Cookie header that opens the page, or why it stays shut. */
  open(request: Request, page: StatusPage, password: string): Promise<{ cookie: string } | Verdict>;
}

export interface GateParts {
  passwords: Passwords;
  clock: Clock;
}

const COOKIE = "andon_page";
const COOKIE_SECONDS = 30 * 86_400;
/** Who mistypes has room; who guesses has not. Memory of a few minutes is enough for either. */
const TRIES_PER_ADDRESS = { perSecond: 10 / 60, burst: 10 };
const TRIES_PER_PAGE = { perSecond: 1, burst: 100 };
/** Passwords that were right lately, so that feed readers do not cost a hash each time. */
const MAX_PROVED = 1_000;
const LONGEST_PASSWORD = 1_024;

const readCookie = (request: Request, name: string): string | null => {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
};

/** The password of HTTP Basic credentials, whatever the name; null without any. */
const readBasic = (request: Request): string | null => {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? null : text.slice(colon + 1);
};

/** The key follows from the password's hash: with another password all cookies are void. */
const signatureOf = ({ id, passwordHash }: StatusPage, expiresAt: number): string =>
  new Bun.CryptoHasher("sha256", `andon page ${passwordHash ?? ""}`)
    .update(`${id} ${expiresAt}`)
    .digest("base64url");

export const createGate = ({ passwords, clock }: GateParts): Gate => {
  const byAddress = createTokenBuckets(TRIES_PER_ADDRESS);
  const byPage = createTokenBuckets(TRIES_PER_PAGE);
  const lists = new WeakMap<StatusPage, AddressList>();
  const proved = new Set<string>();

  const listOf = (page: StatusPage): AddressList => {
    const known = lists.get(page);
    if (known !== undefined) return known;
    const list = parseAddressList(page.allowedAddresses);
    lists.set(page, list);
    return list;
  };

  const isCookieGood = (request: Request, page: StatusPage): boolean => {
    const value = readCookie(request, COOKIE);
    if (value === null) return false;
    const [expiry = "", signature = ""] = value.split(".");
    const expiresAt = Number(expiry);
    // Compared first, so that a forged one takes as long whatever it says.
    const isOurs = equalSecrets(signature, signatureOf(page, expiresAt));
    return isOurs && clock.now() < expiresAt;
  };

  const waitOf = (request: Request, page: StatusPage): number => {
    const now = clock.monotonic();
    const own = byAddress.take(`${page.id} ${addressGroup(factsOf(request).address)}`, now);
    return own > 0 ? own : byPage.take(page.id, now);
  };

  /** Each try counts, so that many at once count as many. */
  const check = async (request: Request, page: StatusPage, password: string): Promise<Verdict> => {
    const proof = sha256Hex(`${page.passwordHash ?? ""} ${password}`);
    if (proved.has(proof)) return "admitted";
    const wait = waitOf(request, page);
    if (wait > 0) return { wait };
    const isRight =
      password.length <= LONGEST_PASSWORD && (await passwords.verify(password, page.passwordHash));
    if (!isRight) return "password";
    if (proved.size >= MAX_PROVED) proved.clear();
    proved.add(proof);
    return "admitted";
  };

  /** Below the page and nowhere else: at the root only on its own domain. */
  const cookieFor = (request: Request, page: StatusPage): string => {
    const expiresAt = clock.now() + COOKIE_SECONDS * 1_000;
    const { isOwnDomain, isSecure } = factsOf(request);
    const path = isOwnDomain ? "/" : `/status/${page.slug}`;
    const secure = isSecure ? "; Secure" : "";
    return `${COOKIE}=${expiresAt}.${signatureOf(page, expiresAt)}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${COOKIE_SECONDS}${secure}`;
  };

  return {
    judge: (request, page) => {
      if (page.visibility === "public") return "admitted";
      if (page.visibility === "addresses")
        return listOf(page).has(factsOf(request).address) ? "admitted" : "forbidden";
      if (isCookieGood(request, page)) return "admitted";
      const password = readBasic(request);
      return password === null ? "password" : check(request, page, password);
    },
    open: async (request, page, password) => {
      const verdict = await check(request, page, password);
      return verdict === "admitted" ? { cookie: cookieFor(request, page) } : verdict;
    },
  };
};
