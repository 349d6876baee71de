// Invalid requests, with secrets in every part.

/** Returns configs that no connector accepts, with its secrets in them. */
export const invalidConfigs = ({ fields, secrets, publicConfig, connector: { config }, formItems }) => {
  const cleared = Object.fromEntries(fields.map((field) => [field, null]));
  const required = formItems.filter((item) => item.required).map(({ key }) => key);
  const [first] = Object.values(secrets);
  return [
    // Only the secrets; a required field is missing.
    secrets,
    ...required.filter((key) => !fields.includes(key)).map((key) => ({ ...config, [key]: undefined })),
    // The field contains another type, an invalid seal, a character that no header allows.
    ...fields.flatMap((field) => {
      const secret = secrets[field];
      const values = [[secret], { value: secret }, { set: secret }, `${secret}\u0007`];
      values.push(`sealed.v1.${secret}`, `sealed.v1.00000000.${secret}`);
      return values.map((value) => ({ ...config, [field]: value }));
    }),
    // The secret is in another field instead of its own.
    ...formItems
      .filter(({ key }) => !fields.includes(key))
      .map(({ key, type }) => ({
        ...{ ...publicConfig, ...cleared },
        [key]: type === "Json" ? [{ usageType: first, locale: first, content: first }] : first,
      })),
    ...[first, [first]],
  ];
};

const toInvalidUtf8 = (body) => Buffer.concat([Buffer.from(JSON.stringify(body)), Buffer.from([0xff, 0xfe])]);

/** Returns bodies that no route accepts, with the secrets in them. */
export const invalidBodies = ({ secrets, connector }) => {
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
    // Malformed: truncated, a duplicate name, not an object, not JSON, not UTF-8.
    ...[json.slice(0, -3), `${json.slice(0, -1)},${json.slice(1)}`, JSON.stringify(first), first],
    new Uint8Array(toInvalidUtf8(connector)),
  ];
};

/** Returns what is rejected before a body is read: `bodies` as `[options, body]`, and options with invalid `keys`. */
export const invalidRequests = (connector, keys) => {
  const tooLarge = { ...connector, note: "x".repeat(70_000) };
  const text = { headers: { "content-type": "text/plain" } };
  const gzip = { headers: { "content-encoding": "gzip" } };
  const wrongKeys = keys.flatMap((key) => {
    const last = key.at(-1) === "0" ? "1" : "0";
    return [key.slice(0, -1), key.slice(1), `${key}0`, `${key.slice(0, -1)}${last}`];
  });
  const schemes = keys.flatMap((key) => [key, `Basic ${key}`, `Bearer${key}`]);
  return {
    bodies: [[{}, tooLarge], ...[text, gzip].map((options) => [options, connector])],
    keys: [
      ...wrongKeys.map((key) => ({ key })),
      ...schemes.map((authorization) => ({ key: "", headers: { authorization } })),
    ],
  };
};
