// edge-otp/guards: the earlier name of edge-otp/stores.
export * from "./stores.js";
