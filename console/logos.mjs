// Connector logos: a text mark of one design for each connector, for light and dark pages. No provider's own logo is
// copied, because those are trademarks. A mark is an abbreviation and a hue in degrees, so that neighbours in the list
// differ; without a hue it is gray.
const marks = {
  "twilio-short-message-service": ["Tw", 355],
  "aliyun-short-message-service": ["Al", 24],
  "aliyun-short-message-auth-service": ["Aa", 44],
  "tencent-short-message-service": ["Tc", 212],
  "vonage-sms": ["Vo", 268],
  "yunpian-sms": ["Yp", 196],
  "smsbao-sms": ["Sb", 150],
  "smsaero-short-message-service": ["Sa", 232],
  "gatewayapi-sms": ["Gw", 318],
  "whatsapp-short-message-service": ["Wa", 132],
  "http-sms": ["{ }", 174],
  "mock-short-message-service": ["Mo", null],
};

// Saturation and lightness of background, border and text. The text has a contrast of at least 7:1 on its background.
const schemes = {
  light: { background: "42% 93%", border: "30% 84%", text: "48% 24%" },
  dark: { background: "30% 19%", border: "24% 30%", text: "55% 86%" },
};

/** Renders a connector's logo as SVG: its abbreviation in a speech bubble, for a light or a dark page. */
export const renderLogo = (id, scheme) => {
  const { background, border, text } = schemes[scheme];
  const [abbreviation, hue] = marks[id] ?? [id.slice(0, 2), null];
  const color = (tone) => {
    const [saturation, lightness] = tone.split(" ");
    return hue === null ? `hsl(150,4%,${lightness})` : `hsl(${hue},${saturation},${lightness})`;
  };
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">',
    '<path d="M13 2.5h22A10.5 10.5 0 0 1 45.5 13v18A10.5 10.5 0 0 1 35 41.5H15.5L6 46.2c-1.3.6-2.4-.2-2.4-1.5',
    `V13A10.5 10.5 0 0 1 13 2.5Z" fill="${color(background)}" stroke="${color(border)}"/>`,
    '<text x="24.5" y="28.5" text-anchor="middle" font-family="Inter,ui-sans-serif,system-ui,sans-serif"',
    ` font-size="18" font-weight="650" letter-spacing="-0.3" fill="${color(text)}">${abbreviation}</text></svg>\n`,
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
