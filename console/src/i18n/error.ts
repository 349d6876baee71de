/** Error messages: the console's own for the error codes it knows, otherwise the API's. */
import { ApiError } from "../api/client.ts";
import { isMessageKey, t, translateServerMessage } from "./index.ts";

export const formatError = (error: unknown): string => {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const key = `error.${error.code}`;
  const paths = error.issues.map((issue) => issue.path).join(", ");
  return isMessageKey(key) ? t(key, { paths }) : translateServerMessage(error.message);
};
