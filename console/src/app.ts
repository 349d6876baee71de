/**
 * The frame around the pages: who is signed in, which page is open, and how one leaves it. Routes stand in the hash. A
 * page is drawn from its own state, so that a switch of language draws it anew and loses nothing.
 */
import { Api, ApiError } from "./api/client.ts";
import { errorText } from "./i18n/error.ts";
import { language, switchLanguage, t } from "./i18n/index.ts";
import { openPage } from "./pages/routes.ts";
import { type Notice, signIn } from "./pages/signin.ts";
import { Session } from "./session.ts";
import { ask, closeDialogs } from "./ui/dialog.ts";
import { fill, h, set } from "./ui/dom.ts";
import { header, shellOf } from "./ui/shell.ts";
import { toast } from "./ui/toast.ts";

/** One page: drawn as often as needed, with its state kept outside the drawing. */
export interface Page {
  title: () => string;
  render: () => HTMLElement;
  isDirty?: () => boolean;
}

export class App {
  readonly #root: HTMLElement;
  readonly #shell = shellOf();
  session: Session | null = null;
  #page: Page | null = null;
  #route = "";
  #visit = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  start(): void {
    fill(this.#root, this.#shell.skip, this.#shell.header, this.#shell.main, this.#shell.toasts);
    window.addEventListener("hashchange", () => this.#follow());
    window.addEventListener("beforeunload", (event) => {
      if (this.#page?.isDirty?.()) event.preventDefault();
    });
    const [entry] = performance.getEntriesByType("navigation");
    const isReload = entry instanceof PerformanceNavigationTiming && entry.type === "reload";
    this.#showSignIn(isReload ? "reloaded" : null);
  }

  /** Signs in with a key; throws the API's refusal. */
  async signIn(key: string): Promise<void> {
    this.session = await Session.open(new Api(key));
    await this.open(location.hash);
  }

  signOut(notice: Notice): void {
    this.session = null;
    this.#page = null;
    closeDialogs();
    this.#showSignIn(notice);
  }

  /** Goes to a route; the current one is left for good, without a question. */
  async go(hash: string): Promise<void> {
    this.#page = null;
    if (location.hash === hash) await this.open(hash);
    else location.hash = hash;
  }

  /** Opens the page of a route. Whatever comes too late, because another was asked for, is dropped. */
  async open(hash: string): Promise<void> {
    if (!this.session) return;
    this.#visit += 1;
    const visit = this.#visit;
    this.#route = hash;
    set(this.#shell.main, "aria-busy", "true");
    try {
      const page = await openPage(this, this.session, hash);
      if (visit === this.#visit) this.#show(page);
    } catch (error) {
      if (visit === this.#visit) this.failed(error, () => this.#show(this.#failure(error, hash)));
    }
  }

  /** What every refusal goes through: an old key ends the session, anything else is told. */
  failed(error: unknown, otherwise: () => void = () => toast(errorText(error), "bad")): void {
    if (error instanceof ApiError && error.status === 401) this.signOut("expired");
    else otherwise();
  }

  /** Draws the page anew where it is. */
  redraw(): void {
    if (!this.#page) return;
    fill(this.#shell.main, this.#page.render());
    this.#frame(this.#page.title());
  }

  #show(page: Page, focus = true): void {
    this.#page = page;
    closeDialogs();
    this.redraw();
    set(this.#shell.main, "aria-busy", null);
    if (!focus) return;
    window.scrollTo(0, 0);
    const heading = this.#shell.main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  #frame(title: string): void {
    document.title = `${title} · ${t("app.title")}`;
    fill(this.#shell.skip, t("skip"));
    fill(
      this.#shell.header,
      ...header({
        route: this.session ? this.#route : null,
        onlanguage: () => {
          switchLanguage(language() === "en" ? "zh-CN" : "en");
          this.redraw();
          document.getElementById("language")?.focus();
        },
        onsignout: async () => {
          if (await this.#mayLeave()) this.signOut("signedout");
        },
      }),
    );
  }

  #showSignIn(notice: Notice): void {
    this.#show(signIn(this, notice), false);
    this.#shell.main.querySelector<HTMLInputElement>("input:not([hidden])")?.focus();
  }

  #failure(error: unknown, hash: string): Page {
    return {
      title: () => t("error.title"),
      render: () =>
        h(
          "div",
          { class: "page narrow" },
          h("h1", {}, t("error.title")),
          h("p", { class: "notice bad", role: "alert" }, errorText(error)),
          h("button", { type: "button", class: "primary", onclick: () => this.open(hash) }, t("retry")),
        ),
    };
  }

  async #mayLeave(): Promise<boolean> {
    if (!this.#page?.isDirty?.()) return true;
    return ask({
      title: t("leave.title"),
      body: [t("leave.body")],
      confirm: t("leave.confirm"),
      cancel: t("leave.stay"),
    });
  }

  async #follow(): Promise<void> {
    const next = location.hash;
    if (!this.session || next === this.#route) return;
    if (this.#page?.isDirty?.()) {
      // The address shows the page that is still open while the question stands.
      history.replaceState(null, "", this.#route || "#/");
      if (!(await this.#mayLeave())) return;
      this.#page = null;
      history.pushState(null, "", next);
    }
    await this.open(next);
  }
}
