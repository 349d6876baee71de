// Responses of GET /api/activity, by the state that the console shows.
const hours = 24;
const readable = { recorded: true, readable: true, hours };

const createRow = (event, outcome, count, connectorId = "twilio-short-message-service", more = {}) => ({
  event,
  outcome,
  ...(connectorId && { connectorId }),
  ...more,
  count,
});

export const activityReports = {
  /** Analytics Engine is not configured. */
  off: { recorded: false, readable: false, hours, rows: null },
  /** Activity is recorded, but the Worker has no API token to read it. */
  unreadable: { ...readable, readable: false, rows: null },
  /** The query failed. */
  failed: { ...readable, rows: null },
  empty: { ...readable, rows: [] },
  full: {
    ...readable,
    rows: [
      createRow("verify", "verified", 1180, null),
      createRow("verify", "verification_code.code_mismatch", 64, null),
      createRow("verify", "verification_code.expired", 9, null),
      createRow("verify", "verification_code.locked", 2, null),
      createRow("send", "sent", 1200),
      createRow("send", "sent", 34, "http-sms"),
      createRow("send", "unknown", 3),
      createRow("send", "connector.general", 7),
      createRow("send", "connector.rate_limit_exceeded", 1),
      createRow("send", "sent", 5, "http-sms", { limit: "prefix", recorded: true }),
      createRow("send", "request.message_rate_limited", 14, null, { limit: "cooldown" }),
      createRow("send", "request.message_rate_limited", 7, null, { limit: "ip" }),
      createRow("send", "phone.not_allowed", 4, null),
      createRow("send", "storage.unavailable", 1, null),
      createRow("send", "some.code_of_a_newer_version", 2, null),
    ],
  },
};
