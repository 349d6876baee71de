/** The logo of a connector factory and its group on the provider page. */
import type { Factory } from "../api/types.ts";
import { h } from "./dom.ts";

export type FactoryGroup = "global" | "china" | "custom" | "development";

const GROUPS: Record<string, FactoryGroup> = {
  "aliyun-short-message-service": "china",
  "aliyun-short-message-auth-service": "china",
  "tencent-short-message-service": "china",
  "yunpian-sms": "china",
  "smsbao-sms": "china",
  "http-sms": "custom",
  "mock-short-message-service": "development",
};

export const getFactoryGroup = (factory: Factory): FactoryGroup => GROUPS[factory.id] ?? "global";

/** Renders a connector's logo, light or dark. It is decorative: the name is always next to it. */
export const renderLogo = (id: string, size: "compact" | "large" = "large"): HTMLElement => {
  const path = `/logos/${encodeURIComponent(id)}`;
  return h(
    "picture",
    { class: `logo ${size}` },
    h("source", { srcset: `${path}-dark.svg`, media: "(prefers-color-scheme: dark)" }),
    h("img", { src: `${path}.svg`, alt: "", width: 44, height: 44 }),
  );
};
