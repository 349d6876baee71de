/**
 * Describes what happened to a message: accepted, unknown, or refused, with the cause, the provider's answer, the request
 * id and what to do. Shared by the test message and the real code.
 */
import { ApiError } from "../api/client.ts";
import type { SendOutcome } from "../api/types.ts";
import { formatError } from "../i18n/error.ts";
import { isMessageKey, t, translateServerMessage } from "../i18n/index.ts";
import type { Outcome } from "../ui/outcome.ts";

/** Describes a message that was not refused. `name` is the provider's. */
export const describeSent = ({ isAccepted, cause, requestId }: SendOutcome, name: string): Outcome =>
  isAccepted
    ? { level: "success", title: t("test.accepted"), cause: t("test.accepted.body", { name }), requestId }
    : describeUnknown(cause, name, requestId);

/** The outcome is unknown: shown neither as a success nor as a failure. */
const describeUnknown = (cause: string | null, name: string, requestId: string | null): Outcome => {
  const status = /^http_(\d+)$/.exec(cause ?? "")?.[1];
  const kind = status ? "http" : cause;
  const key = `unknown.${kind}`;
  const actionKey = `unknown.${kind}.action`;
  return {
    level: "warning",
    title: t("test.unknown"),
    cause: isMessageKey(key) ? t(key, { name, status: status ?? "" }) : t("test.unknown.body", { name }),
    action: isMessageKey(actionKey) ? t(actionKey) : t("unknown.action"),
    facts: [
      [t("outcome.cause"), cause],
      [t("outcome.providerStatus"), status && `HTTP ${status}`],
    ],
    requestId,
  };
};

/** Describes an error of a send. */
export const describeSendError = (error: unknown, name: string): Outcome => {
  if (!(error instanceof ApiError)) {
    return { level: "error", title: t("test.failed"), cause: formatError(error) };
  }
  // Without a response from the Worker the message may have been sent.
  if (error.code === "network") return describeUnknown("worker", name, null);
  const facts = listFacts(error);
  const { requestId } = error;
  if (error.status === 429) return { ...describeRateLimit(error), facts, requestId };
  if (error.failure) return { ...describeNotReached(error.failure, name), facts, requestId };
  if (error.provider) return { ...describeRejection(error, name), facts, requestId };
  return {
    level: "error",
    title: t("test.failed"),
    cause: formatError(error),
    action: describeAction(`error.${error.code}.action`),
    facts,
    requestId,
  };
};

const describeAction = (key: string): string | null => (isMessageKey(key) ? t(key) : null);

const listFacts = ({ provider, failure, status, code }: ApiError): Outcome["facts"] => [
  [t("outcome.providerStatus"), provider && provider.status > 0 ? `HTTP ${provider.status}` : null],
  [t("outcome.providerCode"), provider?.code],
  [t("outcome.cause"), failure],
  [t("outcome.code"), `${code} (HTTP ${status})`],
];

const describeRateLimit = ({ retryAfter, code }: ApiError): Outcome => {
  const isLocked = code === "verification_code.locked";
  return {
    level: "warning",
    title:
      retryAfter === null ? t("test.rateLimited") : t("test.rateLimited.seconds", { seconds: retryAfter }),
    cause: isLocked ? t("error.verification_code.locked") : t("test.rateLimited.body"),
    action: describeAction(`error.${code}.action`),
    ...(retryAfter === null ? {} : { retryAfter }),
  };
};

const describeNotReached = (failure: string, name: string): Outcome => {
  const key = `unreached.${failure}`;
  return {
    level: "error",
    title: t("test.failed"),
    cause: isMessageKey(key) ? t(key, { name }) : t("unreached.other", { name }),
    action: t("unreached.action"),
  };
};

/** What to do about a refusal, by the sentence of the API that tells its kind. */
const REJECTION_ACTIONS: Record<string, Parameters<typeof t>[0] | undefined> = {
  "The provider refused our credentials.": "rejected.credentials.action",
  "The provider refused the number.": "rejected.number.action",
  "The provider refused the text, template or sender.": "rejected.content.action",
  "The provider account has no balance left.": "rejected.balance.action",
};

const describeRejection = ({ message, code, provider }: ApiError, name: string): Outcome => {
  const known = REJECTION_ACTIONS[message];
  const fallback =
    code === "connector.invalid_response" ? "rejected.endpoint.action" : "rejected.readme.action";
  return {
    level: "error",
    title: t("test.rejected"),
    cause: t("test.rejected.body", { name, reason: translateServerMessage(message) }),
    action: t(known ?? (provider?.code ? "rejected.code.action" : fallback)),
  };
};
