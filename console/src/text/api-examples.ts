/** Example calls of `/send` and `/verify` in three languages. */

export type ExampleLanguage = "curl" | "TypeScript" | "Rust";

export const EXAMPLE_LANGUAGES: readonly ExampleLanguage[] = ["curl", "TypeScript", "Rust"];

const SEND_BODY = { phone: "+14155550123", usageType: "SignIn" };
const VERIFY_BODY = { ...SEND_BODY, code: "123456" };

const formatCurl = (origin: string, path: string, body: object) =>
  [
    `curl -sS ${origin}${path} \\`,
    `  -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join("\n");

const formatMembers = (body: object, keyQuote: string) =>
  Object.entries(body)
    .map(([key, value]) => `${keyQuote}${key}${keyQuote}: ${JSON.stringify(value)}`)
    .join(", ");

const formatTypeScript = (
  origin: string,
  path: string,
  body: object,
  lastLine: string,
) => `const response = await fetch("${origin}${path}", {
  method: "POST",
  headers: { authorization: \`Bearer \${process.env.API_KEY}\`, "content-type": "application/json" },
  body: JSON.stringify({ ${formatMembers(body, "")} }),
});
const result = await response.json();
if (!response.ok) throw new Error(\`\${result.code}: \${result.message}\`);
${lastLine}`;

const formatRust = (
  origin: string,
  path: string,
  body: object,
  lastLine: string,
) => `// ureq = { version = "3", features = ["json"] }, serde_json = "1"
let key = std::env::var("API_KEY")?;
let result: serde_json::Value = ureq::post("${origin}${path}")
    .header("Authorization", format!("Bearer {key}"))
    .send_json(serde_json::json!({ ${formatMembers(body, '"')} }))?
    .body_mut()
    .read_json()?;
${lastLine}`;

/** Formats the two calls. `origin` is the Worker's, which serves the console too. */
export const formatExamples = (
  language: ExampleLanguage,
  origin: string,
): { send: string; verify: string } => {
  switch (language) {
    case "curl":
      return {
        send: formatCurl(origin, "/send", SEND_BODY),
        verify: formatCurl(origin, "/verify", VERIFY_BODY),
      };
    case "TypeScript":
      return {
        send: formatTypeScript(
          origin,
          "/send",
          SEND_BODY,
          "const { verificationId, status, resendAt } = result;",
        ),
        verify: formatTypeScript(origin, "/verify", VERIFY_BODY, "const { verified } = result; // true"),
      };
    case "Rust":
      return {
        send: formatRust(
          origin,
          "/send",
          SEND_BODY,
          'println!("{} {}", result["status"], result["verificationId"]);',
        ),
        verify: formatRust(origin, "/verify", VERIFY_BODY, 'assert_eq!(result["verified"], true);'),
      };
  }
};
