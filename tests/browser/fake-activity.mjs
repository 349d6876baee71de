// What GET /api/activity answers, by the state that the console shows.
const hours = 24;
const recorded = { recorded: true, readable: true, hours };

const row = (event, outcome, count, connectorId = "twilio-short-message-service") => ({
  event,
  outcome,
  ...(connectorId && { connectorId }),
  count,
});

export const activities = {
  /** The deployment counts nothing. */
  off: { recorded: false, readable: false, hours, rows: null },
  /** It counts, and has no token to read what it counted. */
  unreadable: { ...recorded, readable: false, rows: null },
  /** It could not be read just now. */
  failed: { ...recorded, rows: null },
  empty: { ...recorded, rows: [] },
  full: {
    ...recorded,
    rows: [
      row("verify", "verified", 1180, null),
      row("verify", "verification_code.code_mismatch", 64, null),
      row("verify", "verification_code.expired", 9, null),
      row("verify", "verification_code.locked", 2, null),
      row("send", "sent", 1200),
      row("send", "sent", 34, "http-sms"),
      row("send", "unknown", 3),
      row("send", "connector.general", 7),
      row("send", "connector.rate_limit_exceeded", 1),
      row("send", "request.message_rate_limited", 21, null),
      row("send", "phone.not_allowed", 4, null),
      row("send", "storage.unavailable", 1, null),
      row("send", "some.code_that_only_a_newer_worker_has", 2, null),
    ],
  },
};
