/** Which page a hash opens. */
import type { App, Page } from "../app.ts";
import type { Session } from "../session.ts";
import { calls } from "./calls.ts";
import { choose } from "./choose.ts";
import { home } from "./home.ts";
import { notFound } from "./not-found.ts";
import { settings } from "./settings.ts";
import { setup } from "./setup.ts";

export const openPage = async (app: App, session: Session, hash: string): Promise<Page> => {
  const [place = "", id = ""] = hash.replace(/^#\/?/, "").split("/");
  if (place === "") return home(app, session);
  if (place === "choose") return choose(session);
  if (place === "settings") return settings(session);
  if (place === "calls") return calls();
  const factory = place === "setup" ? session.factory(decode(id)) : undefined;
  return factory ? setup(app, session, factory) : notFound();
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};
