/** Paste-ready calls of /send and /verify, in three languages, with a Worker's address in them. */

export type CallLanguage = "curl" | "TypeScript" | "Rust";

export const CALL_LANGUAGES: readonly CallLanguage[] = ["curl", "TypeScript", "Rust"];

const SEND = { phone: "+14155550123", usageType: "SignIn" };
const VERIFY = { ...SEND, code: "123456" };

const curl = (origin: string, path: string, body: object) =>
  [
    `curl -sS ${origin}${path} \\`,
    `  -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join("\n");

const fields = (body: object, mark: string) =>
  Object.entries(body)
    .map(([key, value]) => `${mark}${key}${mark}: ${JSON.stringify(value)}`)
    .join(", ");

const typescript = (
  origin: string,
  path: string,
  body: object,
  rest: string,
) => `const response = await fetch("${origin}${path}", {
  method: "POST",
  headers: { authorization: \`Bearer \${process.env.API_KEY}\`, "content-type": "application/json" },
  body: JSON.stringify({ ${fields(body, "")} }),
});
const answer = await response.json();
if (!response.ok) throw new Error(\`\${answer.code}: \${answer.message}\`);
${rest}`;

const rust = (
  origin: string,
  path: string,
  body: object,
  rest: string,
) => `// ureq = { version = "3", features = ["json"] }, serde_json = "1"
let key = std::env::var("API_KEY")?;
let answer: serde_json::Value = ureq::post("${origin}${path}")
    .header("Authorization", format!("Bearer {key}"))
    .send_json(serde_json::json!({ ${fields(body, '"')} }))?
    .body_mut()
    .read_json()?;
${rest}`;

/** The two calls; `origin` is the address that the console was loaded from. */
export const callsFor = (language: CallLanguage, origin: string): { send: string; verify: string } => {
  switch (language) {
    case "curl":
      return { send: curl(origin, "/send", SEND), verify: curl(origin, "/verify", VERIFY) };
    case "TypeScript":
      return {
        send: typescript(origin, "/send", SEND, "const { verificationId, status, resendAt } = answer;"),
        verify: typescript(origin, "/verify", VERIFY, "const { verified } = answer; // true"),
      };
    case "Rust":
      return {
        send: rust(origin, "/send", SEND, 'println!("{} {}", answer["status"], answer["verificationId"]);'),
        verify: rust(origin, "/verify", VERIFY, 'assert_eq!(answer["verified"], true);'),
      };
  }
};
