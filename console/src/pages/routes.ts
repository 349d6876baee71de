/** Maps the URL's hash to a page. */
import type { AppController, Page } from "../page.ts";
import type { Session } from "../session.ts";
import { createApiExamplesPage } from "./api-examples.ts";
import { createChoosePage } from "./choose.ts";
import { openHomePage } from "./home.ts";
import { openMessagesPage } from "./messages.ts";
import { createNotFoundPage } from "./not-found.ts";
import { createSettingsPage } from "./settings.ts";
import { createSetupPage } from "./setup.ts";

export const openPage = async (app: AppController, session: Session, hash: string): Promise<Page> => {
  const [name = "", id = ""] = hash.replace(/^#\/?/, "").split("/");
  if (name === "") return openHomePage(app, session);
  if (name === "choose") return createChoosePage(session);
  if (name === "messages") return openMessagesPage(app, session);
  if (name === "settings") return createSettingsPage(session);
  if (name === "calls") return createApiExamplesPage();
  const factory = name === "setup" ? session.findFactory(decodeSegment(id)) : undefined;
  return factory ? createSetupPage(app, session, factory) : createNotFoundPage();
};

/** Decodes a path segment. An invalid escape sequence yields an empty id, which no factory has. */
const decodeSegment = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};
