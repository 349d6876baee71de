/**
 * The application: the signed-in session, the current page and the navigation between pages. The route is the URL's
 * hash.
 */
import { ApiClient, ApiError } from "./api/client.ts";
import { formatError } from "./i18n/error.ts";
import { getLanguage, setLanguage, t } from "./i18n/index.ts";
import type { AppController, Page, SignInReason } from "./page.ts";
import { listLinks, openPage } from "./pages/routes.ts";
import { createSignInPage } from "./pages/sign-in.ts";
import { Session } from "./session.ts";
import { readTabState, type TabState, writeTabState } from "./tab-storage.ts";
import { closeDialogs, confirmAction } from "./ui/dialog.ts";
import { h, replaceChildren, setAttribute } from "./ui/dom.ts";
import { createLayout, renderHeader } from "./ui/layout.ts";
import { showToast } from "./ui/toast.ts";

export class App implements AppController {
  readonly #root: HTMLElement;
  readonly #layout = createLayout();
  #session: Session | null = null;
  #page: Page | null = null;
  #route = "";
  #navigationId = 0;
  /** The admin key, if the tab keeps it. */
  #keptKey: string | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  start(): void {
    const { skipLink, header, main, toasts } = this.#layout;
    replaceChildren(this.#root, skipLink, header, main, toasts);
    window.addEventListener("hashchange", () => this.#handleHashChange());
    window.addEventListener("beforeunload", (event) => {
      const isKept = this.#keptKey !== null && !this.#page?.getDraft?.().hasTypedSecret;
      if (this.#page?.hasUnsavedChanges?.() && !isKept) event.preventDefault();
    });
    window.addEventListener("pagehide", () => this.#keepDraft());
    const state = readTabState();
    if (state) {
      this.#resume(state);
      return;
    }
    const [entry] = performance.getEntriesByType("navigation");
    const isReload = entry instanceof PerformanceNavigationTiming && entry.type === "reload";
    this.#showSignIn(isReload ? "reloaded" : null);
  }

  async signIn(key: string, isKept: boolean): Promise<void> {
    this.#session = await Session.open(new ApiClient(key));
    this.#keptKey = isKept ? key : null;
    writeTabState(isKept ? { key } : null);
    await this.#openRoute(location.hash);
  }

  /** Signs in with the key that the tab has kept, and restores unsaved changes. */
  async #resume({ key, draft }: TabState): Promise<void> {
    this.#show(createLoadingPage());
    try {
      await this.signIn(key, true);
    } catch (error) {
      if (!this.#endExpiredSession(error))
        this.#show(this.#createResumeErrorPage(error, draft ? { key, draft } : { key }));
      return;
    }
    if (!draft || draft.route !== location.hash || !this.#page?.getDraft) return;
    this.#page.getDraft().restoreSnapshot(draft.values);
    this.rerender();
    if (this.#page.hasUnsavedChanges?.()) showToast(t("draft.restored"));
  }

  /** Keeps unsaved changes for a reload, without secrets, if the tab keeps the key. */
  #keepDraft(): void {
    if (this.#keptKey === null) return;
    const draft = this.#page?.hasUnsavedChanges?.() ? this.#page.getDraft?.() : undefined;
    const kept = draft && { route: location.hash, values: draft.toSnapshot() };
    writeTabState({ key: this.#keptKey, ...(kept && { draft: kept }) });
  }

  async navigate(hash: string): Promise<void> {
    // Without a page there are no unsaved changes to ask about.
    this.#page = null;
    if (location.hash === hash) await this.#openRoute(hash);
    else location.hash = hash;
  }

  handleError(error: unknown): void {
    if (!this.#endExpiredSession(error)) showToast(formatError(error), "error");
  }

  rerender(): void {
    if (!this.#page) return;
    replaceChildren(this.#layout.main, this.#page.render());
    this.#updateLayout(this.#page.title());
  }

  #signOut(reason: SignInReason): void {
    // A page that is still loading must not be shown any more.
    this.#navigationId += 1;
    this.#session = null;
    this.#keptKey = null;
    writeTabState(null);
    this.#page = null;
    closeDialogs();
    this.#showSignIn(reason);
  }

  /** Loads and shows the page of a route. A result that arrives after a newer navigation began is discarded. */
  async #openRoute(hash: string): Promise<void> {
    if (!this.#session) return;
    this.#navigationId += 1;
    const navigationId = this.#navigationId;
    this.#route = hash;
    setAttribute(this.#layout.main, "aria-busy", "true");
    try {
      const page = await openPage(this, this.#session, hash);
      if (navigationId === this.#navigationId) this.#show(page);
    } catch (error) {
      if (navigationId !== this.#navigationId) return;
      if (!this.#endExpiredSession(error)) this.#show(this.#createErrorPage(error, hash));
    }
  }

  /** Signs out if the API no longer accepts the key; returns whether it did. */
  #endExpiredSession(error: unknown): boolean {
    const isExpired = error instanceof ApiError && error.status === 401;
    if (isExpired) this.#signOut("expired");
    return isExpired;
  }

  #show(page: Page, focusHeading = true): void {
    this.#page = page;
    closeDialogs();
    this.rerender();
    setAttribute(this.#layout.main, "aria-busy", null);
    if (!focusHeading) return;
    window.scrollTo(0, 0);
    const heading = this.#layout.main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  #updateLayout(title: string): void {
    document.title = `${title} · ${t("app.title")}`;
    replaceChildren(this.#layout.skipLink, t("skip"));
    replaceChildren(
      this.#layout.header,
      ...renderHeader({
        route: this.#session ? this.#route : null,
        links: listLinks(),
        onlanguage: () => this.#switchLanguage(),
        onsignout: async () => {
          if (await this.#confirmLeave()) this.#signOut("signedOut");
        },
      }),
    );
  }

  async #switchLanguage(): Promise<void> {
    try {
      await setLanguage(getLanguage() === "en" ? "zh-CN" : "en");
    } catch {
      showToast(t("error.network"), "error");
    }
    this.rerender();
    document.getElementById("language")?.focus();
  }

  #showSignIn(reason: SignInReason): void {
    this.#show(createSignInPage(this, reason), false);
    this.#layout.main.querySelector<HTMLInputElement>("input:not([hidden])")?.focus();
  }

  #createErrorPage = (error: unknown, hash: string): Page =>
    createFailurePage(error, () => this.#openRoute(hash));

  #createResumeErrorPage = (error: unknown, state: TabState): Page =>
    createFailurePage(error, () => this.#resume(state));

  /** Asks whether to discard unsaved changes, if there are any; resolves with whether the page may be left. */
  async #confirmLeave(): Promise<boolean> {
    if (!this.#page?.hasUnsavedChanges?.()) return true;
    return confirmAction({
      title: t("leave.title"),
      body: [t("leave.body")],
      confirm: t("leave.confirm"),
      cancel: t("leave.cancel"),
    });
  }

  async #handleHashChange(): Promise<void> {
    const next = location.hash;
    if (!this.#session || next === this.#route) return;
    if (this.#page?.hasUnsavedChanges?.()) {
      // The current page stays open while the dialog is shown, so the address has to name it.
      history.replaceState(null, "", this.#route || "#/");
      if (!(await this.#confirmLeave())) return;
      this.#page = null;
      history.pushState(null, "", next);
    }
    await this.#openRoute(next);
  }
}

const createLoadingPage = (): Page => ({
  title: () => t("app.title"),
  render: () => h("div", { class: "page narrow" }, h("h1", {}, t("loading"))),
});

const createFailurePage = (error: unknown, onretry: () => void): Page => ({
  title: () => t("error.title"),
  render: () =>
    h(
      "div",
      { class: "page narrow" },
      h("h1", {}, t("error.title")),
      h("p", { class: "notice error", role: "alert" }, formatError(error)),
      h("button", { type: "button", class: "primary", onclick: onretry }, t("retry")),
    ),
});
