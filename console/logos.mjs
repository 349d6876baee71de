// Connector logos: one SVG with a two-letter abbreviation for each connector. No provider's own logo is copied, because
// those are trademarks.
const abbreviations = {
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

// Background and text colour. Each pair has a contrast of at least 7:1 and is readable in the light and dark theme.
const colorPairs = [
  ["#dde6e4", "#23443e"],
  ["#e2e3ec", "#343a63"],
  ["#ebe4da", "#5a4322"],
  ["#e9e0e4", "#5c3346"],
  ["#dfe6ec", "#27465e"],
  ["#e5e8dc", "#414d22"],
];

const hashText = (text) =>
  [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);

/** Renders a connector's logo as SVG. */
export const renderLogo = (id) => {
  const [background, foreground] = colorPairs[hashText(id) % colorPairs.length];
  const abbreviation = abbreviations[id] ?? id.slice(0, 2);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">',
    `<rect width="48" height="48" rx="11" fill="${background}"/>`,
    '<text x="24" y="31" text-anchor="middle" font-family="Inter,ui-sans-serif,system-ui,sans-serif"',
    ` font-size="20" font-weight="600" fill="${foreground}">${abbreviation}</text></svg>\n`,
  ].join("");
};

/** Renders the page's icon, a speech bubble with three dots, as a data URI. */
export const renderFavicon = () =>
  `data:image/svg+xml,${encodeURIComponent(
    [
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
      '<path fill="#0a6b5c" d="M7 3h18a5 5 0 0 1 5 5v11a5 5 0 0 1-5 5H13l-6 6v-6a5 5 0 0 1-5-5V8a5 5 0 0 1 5-5Z"/>',
      '<g fill="#fff"><circle cx="10" cy="13.5" r="2"/><circle cx="16" cy="13.5" r="2"/>',
      '<circle cx="22" cy="13.5" r="2"/></g></svg>',
    ].join(""),
  )}`;
