/** What to paste into an auth server so that it hands its codes over to this Worker. */

/** A setting of an auth server, or a file. */
export interface BridgeSetup {
  /** The field and its value. */
  fields: readonly (readonly [name: string, value: string])[];
  /** Texts to paste, with what each is. */
  pastes?: readonly (readonly [label: string, text: string])[];
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
    pastes: [
      [
        "curl",
        `curl -sS ${url} -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\\n  -d '{"to":"+14155550123","code":"173619","usageType":"SignIn"}'`,
      ],
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
    pastes: [
      [
        "supabase/config.toml",
        `[auth.hook.send_sms]\nenabled = true\nuri = "${url}"\nsecrets = "env(SEND_SMS_HOOK_SECRET)"`,
      ],
    ],
  }),
  zitadel: (url) => ({
    fields: [["endpoint", url]],
    pastes: [
      [
        "curl (→ id, signingKey)",
        `curl -sS https://$ZITADEL/admin/v1/sms/http -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\\n  -d '{"endpoint":"${url}","description":"edge-otp"}'`,
      ],
      [
        "curl (id → active)",
        `curl -sS -X POST https://$ZITADEL/admin/v1/sms/$ID/_activate -H "Authorization: Bearer $TOKEN"`,
      ],
    ],
  }),
  kratos: (url) => ({
    fields: [["url", url]],
    pastes: [
      [
        "kratos.yml",
        `courier:
  channels:
    - id: sms
      type: http
      request_config:
        url: ${url}
        method: POST
        body: file:///etc/config/kratos/kratos.jsonnet
        headers:
          content-type: application/json
        auth:
          type: api_key
          config:
            name: Authorization
            value: ${BEARER}
            in: header`,
      ],
      [
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
      ["Body mapping", "phoneNumber → phoneNumber, content → content"],
      ["Template code", "%s"],
    ],
  }),
  clerk: (url) => ({
    fields: [
      ["Customization → SMS → Delivered by Clerk", "off"],
      ["Endpoint URL", url],
      ["Event", "sms.created"],
    ],
  }),
};
