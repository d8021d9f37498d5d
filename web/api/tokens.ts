// In: a token's name and scope. Out: API tokens; the secret itself is in the answer of create only.
import type { TokenWire } from "../../src/access/wire";
import type { Role } from "./session";
import { all, post, remove } from "./client";

export type ApiToken = TokenWire;

export interface TokenBody {
  name: string;
  scope?: "full" | "ingest";
  role?: Role;
  expires_at?: string | null;
}

export const listTokens = (): Promise<ApiToken[]> => all<ApiToken>("/api-tokens");
export const createToken = (body: TokenBody): Promise<ApiToken & { token: string }> =>
  post("/api-tokens", body);
export const revokeToken = (id: string): Promise<void> => remove(`/api-tokens/${id}`);
