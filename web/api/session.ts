// In: who signs in. Out: the session calls, set-up included.
import type { SessionWire } from "../../src/access/wire";
import { call, get, post } from "./client";

export type SessionInfo = SessionWire;
export type SessionUser = SessionInfo["user"];
export type Role = SessionUser["role"];

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
