// In: a request and the level that its route demands. Out: the principal, or 401 or 403. Everything is
// looked up in memory, so this costs one hash and never waits.
import { type AccessLevel, type Principal, roleAllows } from "../core/actor";
import { AppError } from "../core/errors";
import { type Authenticate, NOBODY } from "../http/access";
import { readSessionCookie } from "../http/session-cookie";
import type { SessionDesk } from "./sessions";
import type { TokenDesk } from "./tokens";

export interface AuthenticateParts {
  tokens: Pick<TokenDesk, "present">;
  sessions: Pick<SessionDesk, "find">;
}

const unauthenticated = (): AppError =>
  new AppError("unauthenticated", "Sign in, or send a valid API token as Authorization: Bearer <token>.");

/** Of `user:password`, what stands for the token: the password, else the user name. */
const tokenOfBasic = (encoded: string): string => {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const password = colon === -1 ? "" : text.slice(colon + 1);
  return password === "" ? (colon === -1 ? text : text.slice(0, colon)) : password;
};

const BEARER = "Bearer ";
const SCHEME = /^(bearer|token|basic) +(.+)$/i;

/** `Token` and `Basic` are what senders of telemetry know; other calls take Bearer alone. */
const tokenOfHeader = (header: string, isIngest: boolean): string | null => {
  if (header.startsWith(BEARER)) return header.slice(BEARER.length);
  const match = SCHEME.exec(header);
  if (match === null) return null;
  const scheme = (match[1] ?? "").toLowerCase();
  const value = (match[2] ?? "").trim();
  if (scheme === "bearer") return value;
  if (!isIngest) return null;
  return scheme === "token" ? value : tokenOfBasic(value);
};

/** InfluxDB 1 clients: `?u=…&p=…`; the password is the token, else the user name. */
const tokenOfQuery = (url: string): string | null => {
  const start = url.indexOf("?");
  if (start === -1) return null;
  const query = new URLSearchParams(url.slice(start));
  const password = query.get("p");
  return password !== null && password !== "" ? password : query.get("u");
};

/** Throws `forbidden` with what is missing. */
const demand = (principal: Principal, level: Exclude<AccessLevel, "public">): Principal => {
  if (level === "ingest") {
    if (principal.actor.kind === "token" || roleAllows(principal.role, "editor")) return principal;
    throw new AppError("forbidden", "Sending readings needs an API token or the role editor.");
  }
  if (principal.scope === "ingest")
    throw new AppError("forbidden", "This token can only send readings and heartbeats (scope ingest).", {
      code: "token_scope",
    });
  if (roleAllows(principal.role, level)) return principal;
  throw new AppError("forbidden", `This needs the role ${level}; you have ${principal.role}.`, {
    code: "role",
    details: { needed: level, role: principal.role },
  });
};

export const createAuthenticate = ({ tokens, sessions }: AuthenticateParts): Authenticate => {
  const ofCookie = (request: Request): Principal | undefined => {
    const id = readSessionCookie(request);
    return id === null ? undefined : sessions.find(id)?.principal;
  };

  const identify = (request: Request, isIngest: boolean): Principal | undefined => {
    const header = request.headers.get("authorization");
    if (header !== null) {
      // A wrong token is an error even where a cookie would do: the caller meant the token.
      const token = tokenOfHeader(header, isIngest);
      return token === null ? undefined : tokens.present(token)?.principal;
    }
    const visitor = ofCookie(request);
    if (visitor !== undefined || !isIngest) return visitor;
    const token = tokenOfQuery(request.url);
    return token === null ? undefined : tokens.present(token)?.principal;
  };

  return (request, level) => {
    if (level === "public") return NOBODY;
    const principal = identify(request, level === "ingest");
    if (principal === undefined) throw unauthenticated();
    return demand(principal, level);
  };
};
