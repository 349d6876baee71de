/**
 * A tab list after the ARIA pattern: one tab stop, arrows, Home and End move and select. The caller draws the panel.
 */
import type { Child } from "./dom.ts";
import { h } from "./dom.ts";

export interface Tab {
  id: string;
  content: Child[];
  hasError?: boolean;
}

interface TabList {
  label: string;
  prefix: string;
  tabs: Tab[];
  selected: string;
  vertical?: boolean;
  /** The tab list is drawn anew after this; focus returns to the selected tab. */
  onselect: (id: string) => void;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export const tabId = (prefix: string, id: string): string => `${prefix}-tab-${id}`;
export const panelId = (prefix: string): string => `${prefix}-panel`;

export const tabList = ({ label, prefix, tabs, selected, vertical, onselect }: TabList): HTMLElement => {
  const choose = (id: string) => {
    onselect(id);
    document.getElementById(tabId(prefix, id))?.focus();
  };
  const onkeydown = (event: Event) => {
    if (!(event instanceof KeyboardEvent)) return;
    const at = tabs.findIndex((tab) => tab.id === selected);
    const step = STEPS[event.key];
    const next =
      event.key === "Home"
        ? tabs[0]
        : event.key === "End"
          ? tabs.at(-1)
          : step !== undefined && tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    choose(next.id);
  };
  return h(
    "div",
    {
      class: "tabs",
      role: "tablist",
      "aria-label": label,
      "aria-orientation": vertical && "vertical",
      onkeydown,
    },
    ...tabs.map((tab) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: tabId(prefix, tab.id),
          class: tab.hasError && "wrong",
          "aria-selected": String(tab.id === selected),
          "aria-controls": tab.id === selected && panelId(prefix),
          tabindex: tab.id === selected ? 0 : -1,
          onclick: () => choose(tab.id),
        },
        ...tab.content,
      ),
    ),
  );
};

/** The panel of the selected tab. */
export const tabPanel = (prefix: string, selected: string, ...children: Child[]): HTMLElement =>
  h(
    "div",
    { class: "panel", role: "tabpanel", id: panelId(prefix), "aria-labelledby": tabId(prefix, selected) },
    ...children,
  );
