// Not a peer but the rig's own cost: the least that any Worker must do (one KV write and one message for a send, one KV
// read for a verification), and nothing of the work.
const message = (phone) =>
  fetch("https://api.twilio.com/2010-04-01/Accounts/AC/Messages.json", {
    method: "POST",
    body: new URLSearchParams({ To: phone, MessagingServiceSid: "MG", Body: "Your sign-in code is 123456." }),
  }).then((response) => response.text());

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return Response.json({ status: "ok" });
    const { phone, code } = await request.json();
    if (pathname === "/send") {
      await env.OTP_KV.put(phone, "123456", { expirationTtl: 600 });
      await message(phone);
      return Response.json({ status: "sent" });
    }
    const right = (await env.OTP_KV.get(phone)) === code;
    return Response.json({ verified: right }, { status: right ? 200 : 400 });
  },
};
