// In workerd a request that its client has left is ended, unless `waitUntil` holds it.
import * as workers from "cloudflare:workers";
import { keepAliveBy } from "../lib/engine.js";

keepAliveBy((operation) => {
  try {
    // Older runtimes have it as a method of the request's context only.
    workers.waitUntil?.(operation);
  } catch {
    // Outside of a request nothing ends the operation.
  }
});
