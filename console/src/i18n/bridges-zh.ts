/** Chinese messages of the pages of auth servers. */
import type { bridgesEn } from "./bridges-en.ts";

export const bridgesZh: Record<keyof typeof bridgesEn, string> = {
  "bridges.title": "与身份认证服务一起使用",
  "bridges.lead": "自己生成验证码的身份认证服务把验证码交给这里，由启用的连接器发送。",
  "bridges.one.title": "与 {name} 一起使用",
  "bridges.back": "全部身份认证服务",
  "bridges.ready": "可用",
  "bridges.off": "未设置密钥",
  "bridges.settings": "在那里填写",
  "bridges.key": "密钥是 Worker 的 `API_KEYS` 之一。",
  "bridges.secret":
    "{name} 会对请求签名。请把它的密钥交给 Worker；没有密钥时这个地址不存在。轮换期间同时设置两个，用空格分隔。",
  "bridges.test": "测试",
  "bridges.test.lead":
    "Worker 像 {name} 一样发出请求，使用自己生成的验证码，并通过启用的连接器发送。发送限制同样生效。",
  "bridges.test.phone": "手机号码",
  "bridges.test.send": "发送测试",
  "bridges.test.sent": "服务商已接受短信。",
  "bridges.test.unknown": "服务商可能接受了短信，也可能没有。",
  "bridges.test.failed": "没有发送短信：{message}",
  "bridges.test.answer": "{name} 会收到 HTTP {status}。",
};
