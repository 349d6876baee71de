/**
 * The contract between the application and its pages. The pages import this module instead of `app.ts`, which imports
 * the pages.
 */

import type { Draft } from "./form/draft.ts";

/** A page. Its state lives outside `render`, so that it can be rendered again, in another language for instance. */
export interface Page {
  title: () => string;
  render: () => HTMLElement;
  hasUnsavedChanges?: () => boolean;
  /** The draft that is edited here, to keep it across a reload. */
  getDraft?: () => Draft;
}

/** Why the sign-in page is shown; null on the first load. */
export type SignInReason = "reloaded" | "signedOut" | "expired" | null;

/** What a page can ask the application to do. */
export interface AppController {
  /** Signs in with an admin key, and keeps it for this tab if asked to. Throws the API's error. */
  signIn: (key: string, isKept: boolean) => Promise<void>;
  /** Opens a route without asking about unsaved changes. */
  navigate: (hash: string) => Promise<void>;
  /** Renders the current page again. */
  rerender: () => void;
  /** Signs out if the API no longer accepts the key; shows any other error as a toast. */
  handleError: (error: unknown) => void;
}
