/**
 * The application: the signed-in session, the current page and the navigation between pages. The route is the URL's
 * hash.
 */
import { ApiClient, ApiError } from "./api/client.ts";
import { formatError } from "./i18n/error.ts";
import { getLanguage, setLanguage, t } from "./i18n/index.ts";
import type { AppController, Page, SignInReason } from "./page.ts";
import { openPage } from "./pages/routes.ts";
import { createSignInPage } from "./pages/sign-in.ts";
import { Session } from "./session.ts";
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

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  start(): void {
    const { skipLink, header, main, toasts } = this.#layout;
    replaceChildren(this.#root, skipLink, header, main, toasts);
    window.addEventListener("hashchange", () => this.#handleHashChange());
    window.addEventListener("beforeunload", (event) => {
      if (this.#page?.hasUnsavedChanges?.()) event.preventDefault();
    });
    const [entry] = performance.getEntriesByType("navigation");
    const isReload = entry instanceof PerformanceNavigationTiming && entry.type === "reload";
    this.#showSignIn(isReload ? "reloaded" : null);
  }

  async signIn(key: string): Promise<void> {
    this.#session = await Session.open(new ApiClient(key));
    await this.#openRoute(location.hash);
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
    this.#session = null;
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
        onlanguage: () => {
          setLanguage(getLanguage() === "en" ? "zh-CN" : "en");
          this.rerender();
          document.getElementById("language")?.focus();
        },
        onsignout: async () => {
          if (await this.#confirmLeave()) this.#signOut("signedOut");
        },
      }),
    );
  }

  #showSignIn(reason: SignInReason): void {
    this.#show(createSignInPage(this, reason), false);
    this.#layout.main.querySelector<HTMLInputElement>("input:not([hidden])")?.focus();
  }

  #createErrorPage(error: unknown, hash: string): Page {
    return {
      title: () => t("error.title"),
      render: () =>
        h(
          "div",
          { class: "page narrow" },
          h("h1", {}, t("error.title")),
          h("p", { class: "notice error", role: "alert" }, formatError(error)),
          h("button", { type: "button", class: "primary", onclick: () => this.#openRoute(hash) }, t("retry")),
        ),
    };
  }

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
