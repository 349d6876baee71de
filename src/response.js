// A response in one call. `extra` holds further headers, a name and a value in turn.
export const create_response = (status, body, request_id, extra) => {
  const headers = {
    "cache-control": "no-store",
    "strict-transport-security": "max-age=31536000",
    "x-request-id": request_id,
  };
  if (body !== undefined) {
    headers["content-type"] = "application/json; charset=utf-8";
    headers["x-content-type-options"] = "nosniff";
  }
  for (let i = 0; i < extra.length; i += 2) headers[extra[i]] = extra[i + 1];
  return new Response(body ?? null, { status, headers });
};
