// The head of a request in one call: method, URL, the time, and the headers that the Worker reads. A header's value holds
// neither a line feed nor a NUL, so these separate and mark what is absent.
const names = [
  "authorization",
  "content-type",
  "content-encoding",
  "content-length",
  "idempotency-key",
  "cf-connecting-ip",
];

export const read_head = ({ method, url, headers }) =>
  [method, url, Date.now(), ...names.map((name) => headers.get(name) ?? "\0")].join("\n");
