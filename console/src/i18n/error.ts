/** Error messages: the console's own for the error codes it knows, otherwise the API's. */
import { ApiError } from "../api/client.ts";
import { isMessageKey, t, translateServerMessage } from "./index.ts";

export const formatError = (error: unknown): string => {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const keys = [`error.${error.code}.${error.reason}`, `error.${error.code}`];
  const paths = error.issues.map((issue) => issue.path).join(", ");
  const key = keys.find(isMessageKey);
  return key ? t(key, { paths }) : translateServerMessage(error.message);
};
