// The response headers of the static assets, in the format of Workers' `_headers` file. The content security policy
// allows only the console's own files and requests to its own origin; Trusted Types forbid writing markup from strings.
const contentSecurityPolicy = [
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

const securityHeaders = {
  "Content-Security-Policy": contentSecurityPolicy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex",
};

// The file names contain no content hash, so the browser has to revalidate on every load. A 304 is cheap.
const cacheControl = {
  "/console": "no-cache",
  "/console/*": "no-cache",
  "/guides/*": "public, max-age=300",
  "/logos/*": "public, max-age=86400",
};

/** Formats the content of the `_headers` file. */
export const formatHeadersFile = () => {
  const formatRule = ([path, values]) =>
    [path, ...Object.entries(values).map(([name, value]) => `  ${name}: ${value}`)].join("\n");
  const rules = [
    ["/*", securityHeaders],
    ...Object.entries(cacheControl).map(([path, value]) => [path, { "Cache-Control": value }]),
  ];
  return `${rules.map(formatRule).join("\n\n")}\n`;
};
