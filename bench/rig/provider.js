// Stands in for Twilio: accepts every message with 201, after DELAY_MS if that is set, and remembers which code went to
// which phone.
const codes = new Map();

/** Twilio's answer to an accepted message, reduced to the fields that clients read. */
const accepted = JSON.stringify({
  account_sid: "AC00000000000000000000000000000001",
  api_version: "2010-04-01",
  date_created: "Thu, 24 Aug 2023 05:01:45 +0000",
  direction: "outbound-api",
  error_code: null,
  error_message: null,
  num_media: "0",
  num_segments: "1",
  sid: "SM00000000000000000000000000000003",
  status: "accepted",
  uri: "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/SM00000000000000000000000000000003.json",
});
const headers = { "content-type": "application/json" };

export default {
  async fetch(request, env) {
    if (request.method === "GET") {
      // The benchmark asks between two measurements, and takes the codes away.
      const taken = JSON.stringify(Object.fromEntries(codes));
      codes.clear();
      return new Response(taken, { headers });
    }
    const form = new URLSearchParams(await request.text());
    codes.set(form.get("To"), /\d{6}/.exec(form.get("Body"))[0]);
    if (env.DELAY_MS) await new Promise((resolve) => setTimeout(resolve, Number(env.DELAY_MS)));
    return new Response(accepted, { status: 201, headers });
  },
};
