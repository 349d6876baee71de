/** A failure in words: ours for the codes that the console knows, else the API's message. */
import { ApiError } from "../api/client.ts";
import { isKey, serverMessage, t } from "./index.ts";

export const errorText = (error: unknown): string => {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const key = `error.${error.code}`;
  const paths = error.issues.map((issue) => issue.path).join(", ");
  return isKey(key) ? t(key, { paths }) : serverMessage(error.message);
};
