// Letter-marks: one template, quiet colours, two letters for each connector. No provider's artwork is copied.
const letters = {
  "twilio-short-message-service": "Tw",
  "aliyun-short-message-service": "Al",
  "aliyun-short-message-auth-service": "Aa",
  "tencent-short-message-service": "Tc",
  "vonage-sms": "Vo",
  "yunpian-sms": "Yp",
  "smsbao-sms": "Sb",
  "smsaero-short-message-service": "Sa",
  "gatewayapi-sms": "Gw",
  "whatsapp-short-message-service": "Wa",
  "http-sms": "{ }",
  "mock-short-message-service": "Mo",
};

// Pairs of ground and ink that are told apart at a glance and read on light and dark pages alike (7:1 and more).
const tones = [
  ["#dde6e4", "#23443e"],
  ["#e2e3ec", "#343a63"],
  ["#ebe4da", "#5a4322"],
  ["#e9e0e4", "#5c3346"],
  ["#dfe6ec", "#27465e"],
  ["#e5e8dc", "#414d22"],
];

const hash = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);

/** A connector's mark as SVG. */
export const logo = (id) => {
  const [ground, ink] = tones[hash(id) % tones.length];
  const mark = letters[id] ?? id.slice(0, 2);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">',
    `<rect width="48" height="48" rx="11" fill="${ground}"/>`,
    '<text x="24" y="31" text-anchor="middle" font-family="Inter,ui-sans-serif,system-ui,sans-serif"',
    ` font-size="20" font-weight="600" fill="${ink}">${mark}</text></svg>\n`,
  ].join("");
};

/** The page's own icon, a bubble with three dots, as a data URI. */
export const favicon = () =>
  `data:image/svg+xml,${encodeURIComponent(
    [
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
      '<path fill="#0a6b5c" d="M7 3h18a5 5 0 0 1 5 5v11a5 5 0 0 1-5 5H13l-6 6v-6a5 5 0 0 1-5-5V8a5 5 0 0 1 5-5Z"/>',
      '<g fill="#fff"><circle cx="10" cy="13.5" r="2"/><circle cx="16" cy="13.5" r="2"/>',
      '<circle cx="22" cy="13.5" r="2"/></g></svg>',
    ].join(""),
  )}`;
