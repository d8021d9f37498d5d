// In: an answer. Out: the same answer with the headers that every answer has. What a route set itself
// stays.

/** Nothing from elsewhere, nothing inline, in no frame. Pages may bring a policy of their own. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export interface HeaderFacts {
  requestId: string;
  isApi: boolean;
  isDraining: boolean;
}

const setUnlessPresent = (headers: Headers, name: string, value: string): void => {
  if (!headers.has(name)) headers.set(name, value);
};

export const applyHeaders = (response: Response, facts: HeaderFacts): Response => {
  const { headers } = response;
  headers.set("x-request-id", facts.requestId);
  headers.set("x-content-type-options", "nosniff");
  setUnlessPresent(headers, "content-security-policy", CONTENT_SECURITY_POLICY);
  setUnlessPresent(headers, "referrer-policy", "no-referrer");
  if (facts.isApi) setUnlessPresent(headers, "cache-control", "no-store");
  else setUnlessPresent(headers, "x-frame-options", "DENY");
  if (facts.isDraining) headers.set("connection", "close");
  return response;
};
