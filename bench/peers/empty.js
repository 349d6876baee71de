// The baseline of the start times: a Worker that does nothing.
export default { fetch: () => new Response("ok") };
