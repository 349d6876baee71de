// The one error of this package. Its `code` is stable, and the same in process and over HTTP; `data` helps the caller or the
// operator and never holds a code, a secret or a full phone number.

const DOCS = "https://github.com/edge-otp/edge-otp/blob/main/docs/errors.md";

/** A failure with a stable code. */
export class OtpError extends Error {
  /**
   * @param {import("../index.js").ErrorCode} code
   * @param {string} message
   * @param {{status: number, data?: import("../index.js").ErrorData, requestId?: string, cause?: unknown}} details
   */
  constructor(code, message, { status, data, requestId, cause }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OtpError";
    this.code = code;
    this.status = status;
    this.data = data;
    this.requestId = requestId;
  }

  /** The address of what is written about the code. */
  get docs() {
    return `${DOCS}#${this.code.replaceAll(".", "")}`;
  }
}
