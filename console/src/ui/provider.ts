/** A provider's looks: its letter-mark, and to which group of the chooser it belongs. */
import type { Factory } from "../api/shapes.ts";
import { h } from "./dom.ts";

export type Group = "world" | "china" | "own" | "development";

const GROUPS: Record<string, Group> = {
  "aliyun-short-message-service": "china",
  "aliyun-short-message-auth-service": "china",
  "tencent-short-message-service": "china",
  "yunpian-sms": "china",
  "smsbao-sms": "china",
  "http-sms": "own",
  "mock-short-message-service": "development",
};

export const groupOf = (factory: Factory): Group => GROUPS[factory.id] ?? "world";

/** The letter-mark. Decoration: the name always stands beside it. */
export const logo = (id: string, size: "mini" | "large" = "large"): HTMLImageElement =>
  h("img", {
    src: `/logos/${encodeURIComponent(id)}.svg`,
    alt: "",
    class: `logo ${size}`,
    width: 44,
    height: 44,
  });
