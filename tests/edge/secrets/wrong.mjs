// What a caller may get wrong, with secrets in every place of it.

/** Configs that no connector takes, with its secrets in them. */
export const wrongConfigs = ({ fields, secrets, open, connector: { config }, formItems }) => {
  const nothing = Object.fromEntries(fields.map((field) => [field, null]));
  const required = formItems.filter((item) => item.required).map(({ key }) => key);
  const [first] = Object.values(secrets);
  return [
    // Only the secrets; a required field missing.
    secrets,
    ...required.filter((key) => !fields.includes(key)).map((key) => ({ ...config, [key]: undefined })),
    // The field holds what is no text, a seal that is none, what no header carries.
    ...fields.flatMap((field) => {
      const secret = secrets[field];
      const values = [[secret], { value: secret }, { set: secret }, `${secret}\u0007`];
      values.push(`sealed.v1.${secret}`, `sealed.v1.00000000.${secret}`);
      return values.map((value) => ({ ...config, [field]: value }));
    }),
    // The secret stands in another field, and not in its own.
    ...formItems
      .filter(({ key }) => !fields.includes(key))
      .map(({ key, type }) => ({
        ...{ ...open, ...nothing },
        [key]: type === "Json" ? [{ usageType: first, locale: first, content: first }] : first,
      })),
    ...[first, [first]],
  ];
};

const notUtf8 = (body) => Buffer.concat([Buffer.from(JSON.stringify(body)), Buffer.from([0xff, 0xfe])]);

/** Bodies that no route takes, with the secrets in them. */
export const wrongBodies = ({ secrets, connector }) => {
  const [first] = Object.values(secrets);
  const { config } = connector;
  const json = JSON.stringify(connector);
  return [
    ...[
      { connectorId: first, config },
      { connectorId: [first], config },
      { ...connector, note: first },
    ],
    ...[
      { phone: first, config },
      { phone: { value: first }, code: first, verificationCode: first },
    ],
    ...[{ config, phone: "+8613800000000", usageType: first, locale: first, ip: first, code: "1" }],
    // Malformed: cut short, a name twice, no object, no JSON, no UTF-8.
    ...[json.slice(0, -3), `${json.slice(0, -1)},${json.slice(1)}`, JSON.stringify(first), first],
    new Uint8Array(notUtf8(connector)),
  ];
};

/** What is wrong about a request before its body is read: `bodies` as `[options, body]`, and the options of `keys`. */
export const wrongRequests = (connector, keys) => {
  const large = { ...connector, note: "x".repeat(70_000) };
  const text = { headers: { "content-type": "text/plain" } };
  const gzip = { headers: { "content-encoding": "gzip" } };
  const wrongKeys = keys.flatMap((key) => {
    const last = key.at(-1) === "0" ? "1" : "0";
    return [key.slice(0, -1), key.slice(1), `${key}0`, `${key.slice(0, -1)}${last}`];
  });
  const schemes = keys.flatMap((key) => [key, `Basic ${key}`, `Bearer${key}`]);
  return {
    bodies: [[{}, large], ...[text, gzip].map((options) => [options, connector])],
    keys: [
      ...wrongKeys.map((key) => ({ key })),
      ...schemes.map((authorization) => ({ key: "", headers: { authorization } })),
    ],
  };
};
