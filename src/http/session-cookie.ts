// In: a request or a session ID. Out: the session cookie read from it, or written for it. Its name
// depends on the transport: over TLS the `__Host-` prefix forbids that anybody else sets it.
import { factsOf } from "./request-facts";

export const PLAIN_COOKIE = "andon_session";
export const SECURE_COOKIE = `__Host-${PLAIN_COOKIE}`;

const nameFor = (request: Request): string => (factsOf(request).isSecure ? SECURE_COOKIE : PLAIN_COOKIE);

const readCookie = (header: string, name: string): string | null => {
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
};

/** Over TLS a cookie with the plain name is ignored: anybody on the network could have set it. */
export const readSessionCookie = (request: Request): string | null => {
  const header = request.headers.get("cookie");
  return header === null ? null : readCookie(header, nameFor(request));
};

/** The value of a Set-Cookie header; null ends the session in the browser. */
export const sessionCookie = (request: Request, sessionId: string | null, maxAgeSeconds: number): string => {
  const name = nameFor(request);
  const secure = name === SECURE_COOKIE ? "; Secure" : "";
  const life = sessionId === null ? 0 : maxAgeSeconds;
  return `${name}=${sessionId ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${life}${secure}`;
};
