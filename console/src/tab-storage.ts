/**
 * What a tab keeps across a reload, in `sessionStorage`: the admin key and unsaved changes. Only if the user asks for it
 * at sign-in; signing out, or an expired key, removes it. This is the only module that stores anything.
 */
import { isObject, type Json, type JsonObject } from "./api/types.ts";

const STORAGE_KEY = "edge-otp-console";

export interface TabState {
  key: string;
  /** The route with unsaved changes, and these without secrets. */
  draft?: { route: string; values: JsonObject };
}

/** Returns what the tab keeps; null if nothing, or if the browser forbids storage. */
export const readTabState = (): TabState | null => {
  try {
    return parseState(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null"));
  } catch {
    return null;
  }
};

const parseState = (json: Json): TabState | null => {
  if (!isObject(json) || typeof json.key !== "string") return null;
  const { key, draft } = json;
  if (!isObject(draft) || typeof draft.route !== "string" || !isObject(draft.values)) return { key };
  return { key, draft: { route: draft.route, values: draft.values } };
};

/** Keeps the state, or removes it. */
export const writeTabState = (state: TabState | null): void => {
  try {
    if (state) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(state));
    else sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // Without storage a reload needs the key again, as without the option.
  }
};
