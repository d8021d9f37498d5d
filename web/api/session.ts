// In: who signs in. Out: the session calls, set-up included.
import { call, get, post } from "./client";

export type Role = "viewer" | "responder" | "editor" | "admin";

export interface SessionUser {
  id: string;
  email: string;
  name: string;
  role: Role;
}

export interface SessionInfo {
  user: SessionUser;
  organization: { id: string; name: string; slug: string };
}

export interface SetupBody {
  token: string;
  email: string;
  password: string;
  name?: string;
  organization?: string;
}

export const readSession = (): Promise<SessionInfo> =>
  call<SessionInfo>("GET", "/session", { anonymous: true });
export const signIn = (email: string, password: string): Promise<SessionInfo> =>
  call<SessionInfo>("POST", "/session", { body: { email, password }, anonymous: true });
export const signOut = (): Promise<void> => call<void>("DELETE", "/session", { anonymous: true });
export const readSetup = (): Promise<{ needed: boolean }> => get("/setup");
export const completeSetup = (body: SetupBody): Promise<unknown> => post("/setup", body);
