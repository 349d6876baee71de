/**
 * Tabs after the ARIA Authoring Practices pattern: one tab stop; the arrow keys, Home and End select. The caller renders
 * the panel.
 */
import type { Child } from "./dom.ts";
import { h } from "./dom.ts";

export interface Tab {
  id: string;
  content: Child[];
  hasError?: boolean;
}

interface TabListOptions {
  label: string;
  /** Prefix of the element ids. */
  prefix: string;
  tabs: Tab[];
  selected: string;
  isVertical?: boolean;
  /** Has to render the tab list again; the focus then moves to the selected tab. */
  onselect: (id: string) => void;
}

const OFFSETS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

const getTabId = (prefix: string, id: string): string => `${prefix}-tab-${id}`;
const getPanelId = (prefix: string): string => `${prefix}-panel`;

/** Finds the tab that a key selects; undefined for every other key. */
const findTabForKey = (tabs: Tab[], selected: string, key: string): Tab | undefined => {
  if (key === "Home") return tabs[0];
  if (key === "End") return tabs.at(-1);
  const offset = OFFSETS[key];
  if (offset === undefined) return undefined;
  const index = tabs.findIndex((tab) => tab.id === selected);
  return tabs[(index + offset + tabs.length) % tabs.length];
};

export const renderTabList = ({
  label,
  prefix,
  tabs,
  selected,
  isVertical,
  onselect,
}: TabListOptions): HTMLElement => {
  const select = (id: string) => {
    onselect(id);
    document.getElementById(getTabId(prefix, id))?.focus();
  };
  const onkeydown = (event: Event) => {
    if (!(event instanceof KeyboardEvent)) return;
    const next = findTabForKey(tabs, selected, event.key);
    if (!next) return;
    event.preventDefault();
    select(next.id);
  };
  return h(
    "div",
    {
      class: "tabs",
      role: "tablist",
      "aria-label": label,
      "aria-orientation": isVertical && "vertical",
      onkeydown,
    },
    ...tabs.map((tab) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: getTabId(prefix, tab.id),
          class: tab.hasError && "invalid",
          "aria-selected": String(tab.id === selected),
          "aria-controls": tab.id === selected && getPanelId(prefix),
          tabindex: tab.id === selected ? 0 : -1,
          onclick: () => select(tab.id),
        },
        ...tab.content,
      ),
    ),
  );
};

/** Renders the panel of the selected tab. */
export const renderTabPanel = (prefix: string, selected: string, ...children: Child[]): HTMLElement =>
  h(
    "div",
    {
      class: "panel",
      role: "tabpanel",
      id: getPanelId(prefix),
      "aria-labelledby": getTabId(prefix, selected),
    },
    ...children,
  );
