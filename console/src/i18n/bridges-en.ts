/** English messages of the pages of auth servers. */
export const bridgesEn = {
  "bridges.title": "Use with an auth server",
  "bridges.lead":
    "An auth server that makes its own codes hands them over here, and the active connector delivers them.",
  "bridges.one.title": "Use with {name}",
  "bridges.back": "All auth servers",
  "bridges.ready": "ready",
  "bridges.off": "secret not set",
  "bridges.settings": "What to enter there",
  "bridges.key": "The key is one of the Worker's `API_KEYS`.",
  "bridges.secret":
    "{name} signs its requests. Give its secret to the Worker; without it this address does not exist. During a rotation, set both, separated by a space.",
  "bridges.test": "Test",
  "bridges.test.lead":
    "The Worker makes a request as {name} does, with a code of its own, and delivers it through the active connector. The limits of sends apply.",
  "bridges.test.phone": "Phone number",
  "bridges.test.send": "Send a test",
  "bridges.test.sent": "The provider accepted the message.",
  "bridges.test.unknown": "The provider may or may not have accepted the message.",
  "bridges.test.failed": "No message was sent: {message}",
  "bridges.test.answer": "{name} would get HTTP {status}.",
} as const;
