// The secrets of the Worker, and random ones.
import { randomBytes } from "node:crypto";

/** By name: what it is for, and how long it must be. */
export const secrets = {
  OTP_SECRET: { use: "root key; every other key is derived from it", least: 32 },
  API_KEYS: { use: "your back end sends it to /send and /verify", least: 16 },
  ADMIN_KEY: { use: "you sign in to the console with it", least: 16 },
};

export const randomSecret = () => randomBytes(32).toString("base64url");

/** The text of a file with these secrets. */
export const format = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join("");
