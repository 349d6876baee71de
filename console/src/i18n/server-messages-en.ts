/** The server's messages as sentences, in the console's terms. Others are displayed unchanged. */
export const serverMessagesEn: Record<string, string | undefined> = {
  "is required": "This is required.",
  "is required, unless from is given": "This is required, unless a sender is given.",
  "is required, unless apiKey and apiSecret are given": "This is required, unless an API key is given.",
  "is required with apiKey": "This is required with an API key SID.",
  "is required with apiSecret": "This is required with an API key secret.",
  "must not be given beside authToken": "Give either this or the auth token.",
  "must not be given beside fromMessagingServiceSID": "Give either this or the messaging service.",
  "must be the SID of a messaging service (MG...); a number, a short code or a sender name belongs in from":
    "This must be the SID of a messaging service (MG…). Enter a number, a short code or a sender name as the sender.",
  "must not be empty": "This must not be empty.",
  "must be a string that is not empty": "This must not be empty.",
  "must hold a template": "At least one template is required.",
  "must hold a template for Generic": "A template for Generic is required.",
  "must hold {{code}}": "Must contain {{code}}.",
  "must not hold control characters": "Must not contain control characters.",
  "must not begin or end with white space": "Must not begin or end with white space.",
  "must not hold bidirectional control characters": "Must not contain bidirectional control characters.",
  "must not take more than 10 segments": "Must not take more than 10 segments.",
  "The provider refused our credentials.": "The provider rejected the credentials.",
  "The provider refused the number.": "The provider rejected the number.",
  "The provider refused the text, template or sender.": "The provider rejected the text, template or sender.",
  "The provider throttles us.": "The provider limits the request rate.",
  "The provider account has no balance left.": "The provider account has insufficient balance.",
  "The provider could not be reached; nothing was sent.":
    "The provider could not be reached. Nothing was sent.",
  "The provider refused the message.": "The provider rejected the message.",
  "The provider refused the message in an answer outside its format.":
    "The provider rejected the message with an invalid response.",
};
