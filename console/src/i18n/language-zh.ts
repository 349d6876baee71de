/** Everything in Chinese, in one file that is loaded on demand. */
import { fieldsZh } from "./fields-zh.ts";
import type { LanguageTables } from "./language-tables.ts";
import { serverMessagesZh } from "./server-messages-zh.ts";
import { zh } from "./zh.ts";

export const chinese: LanguageTables = { messages: zh, serverMessages: serverMessagesZh, fields: fieldsZh };
