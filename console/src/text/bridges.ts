/** What to paste into an auth server so that it hands its codes over to this Worker. */

/** A setting of an auth server, or a file. */
export interface BridgeSetup {
  /** The field and its value. */
  fields: readonly (readonly [name: string, value: string])[];
  /** Text to paste, with what it is. */
  paste?: readonly [label: string, text: string];
}

const BEARER = "Bearer <API_KEYS>";

/** Returns the setup of a dialect, with this Worker's address; null for one of a newer Worker. */
export const describeBridge = (id: string, origin: string): BridgeSetup | null => {
  const url = `${origin}/deliver/${id}`;
  const setup = SETUPS[id];
  return setup ? setup(url) : null;
};

const SETUPS: Readonly<Record<string, (url: string) => BridgeSetup>> = {
  generic: (url) => ({
    fields: [
      ["URL", url],
      ["Authorization", BEARER],
    ],
    paste: [
      "curl",
      `curl -sS ${url} -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\\n  -d '{"to":"+14155550123","code":"173619","usageType":"SignIn"}'`,
    ],
  }),
  logto: (url) => ({
    fields: [
      ["Endpoint", url],
      ["Authorization Header", BEARER],
    ],
  }),
  supabase: (url) => ({
    fields: [["URL", url]],
    paste: [
      "supabase/config.toml",
      `[auth.hook.send_sms]\nenabled = true\nuri = "${url}"\nsecrets = "env(SEND_SMS_HOOK_SECRET)"`,
    ],
  }),
  zitadel: (url) => ({
    fields: [["endpoint", url]],
    paste: [
      "curl",
      `curl -sS https://$ZITADEL/admin/v1/sms/http -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\\n  -d '{"endpoint":"${url}","description":"edge-otp"}'`,
    ],
  }),
  kratos: (url) => ({
    fields: [
      ["url", url],
      ["Authorization", BEARER],
    ],
    paste: [
      "kratos.jsonnet",
      `function(ctx) {
  to: ctx.recipient,
  text: ctx.body,
  kind: ctx.template_type,
  code: std.get(
    ctx.template_data,
    'login_code',
    std.get(ctx.template_data, 'registration_code', std.get(ctx.template_data, 'verification_code', null))
  ),
}`,
    ],
  }),
  authgear: (url) => ({ fields: [["Webhook", url]] }),
  authentik: (url) => ({
    fields: [
      ["Provider", "Generic"],
      ["External API URL", url],
      ["Auth Type", "Bearer"],
      ["Auth", "<API_KEYS>"],
    ],
  }),
  fusionauth: (url) => ({
    fields: [
      ["URL", url],
      ["Authorization", BEARER],
    ],
  }),
  casdoor: (url) => ({
    fields: [
      ["Method", "POST"],
      ["Endpoint", url],
      ["Authorization", BEARER],
    ],
  }),
  clerk: (url) => ({
    fields: [
      ["Endpoint URL", url],
      ["Event", "sms.created"],
    ],
  }),
};
