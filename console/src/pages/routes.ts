/** The pages by the first segment of the URL's hash. A page with a label is in the header's navigation. */
import type { MessageKey } from "../i18n/en.ts";
import { t } from "../i18n/index.ts";
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { createApiExamplesPage } from "./api-examples.ts";
import { openBridgesPage } from "./bridges.ts";
import { createChoosePage } from "./choose.ts";
import { openHomePage } from "./home.ts";
import { openMessagesPage } from "./messages.ts";
import { createNotFoundPage } from "./not-found.ts";
import { createSettingsPage } from "./settings.ts";
import { createSetupPage } from "./setup.ts";

interface Route {
  /** The first segment; empty for the home page. */
  name: string;
  /** The label in the navigation. */
  label?: MessageKey;
  /** Opens the page; null if there is none for the second segment. */
  open: (app: AppController, session: Session, id: string) => Page | null | Promise<Page | null>;
}

/** To add a page, add it here. The navigation shows the labels in this order. */
const ROUTES: readonly Route[] = [
  { name: "", label: "nav.connector", open: openHomePage },
  { name: "messages", label: "nav.messages", open: openMessagesPage },
  { name: "settings", label: "nav.settings", open: (_, session) => createSettingsPage(session) },
  { name: "calls", label: "nav.calls", open: () => createApiExamplesPage() },
  { name: "bridges", label: "nav.bridges", open: openBridgesPage },
  { name: "choose", open: (_, session) => createChoosePage(session) },
  {
    name: "setup",
    open: (app, session, id) => {
      const factory = session.findFactory(id);
      return factory ? createSetupPage(app, session, factory) : null;
    },
  },
];

/** The links of the navigation. */
export const listLinks = (): { href: string; label: string }[] =>
  ROUTES.flatMap(({ name, label }) => (label ? [{ href: `#/${name}`, label: t(label) }] : []));

export const openPage = async (app: AppController, session: Session, hash: string): Promise<Page> => {
  const [name = "", id = ""] = hash.replace(/^#\/?/, "").split("/");
  const route = ROUTES.find((candidate) => candidate.name === name);
  return (await route?.open(app, session, decodeSegment(id))) ?? createNotFoundPage();
};

/** Decodes a path segment. An invalid escape sequence yields an empty id, which nothing has. */
const decodeSegment = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};
