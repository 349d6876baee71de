// The headers of the static assets, in the format of Workers' `_headers` file. The policy lets nothing in but the
// console's own files, and nothing out but to its own Worker; Trusted Types forbid writing markup from strings.
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const everywhere = {
  "Content-Security-Policy": policy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex",
};

// Names without a hash: the browser asks each time, and a 304 costs next to nothing.
const cached = {
  "/console": "no-cache",
  "/console/*": "no-cache",
  "/guides/*": "public, max-age=300",
  "/logos/*": "public, max-age=86400",
};

export const headers = () => {
  const lines = (values) => Object.entries(values).map(([name, value]) => `  ${name}: ${value}`);
  const rules = [
    ["/*", everywhere],
    ...Object.entries(cached).map(([path, value]) => [path, { "Cache-Control": value }]),
  ];
  return `${rules.map(([path, values]) => [path, ...lines(values)].join("\n")).join("\n\n")}\n`;
};
