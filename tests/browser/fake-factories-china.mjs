// The fake API's factories for mainland China. Names, fields and texts are those of the real API.
import { factory, optional, secret, templates, text, toggle } from "./fake-form.mjs";

export const factoriesForChina = [
  factory(
    "aliyun-short-message-service",
    "Aliyun SMS",
    "阿里云短信服务",
    "Registered templates, mainland China and abroad.",
    "已审核的模板，中国大陆及海外。",
    [
      text("accessKeyId", "Access key ID", { placeholder: "LTAI…" }),
      secret("accessKeySecret", "Access key secret"),
      text("signName", "Signature name", {
        description: "The approved signature, shown before each text.",
      }),
      text("endpoint", "Endpoint", {
        ...optional,
        format: "host",
        placeholder: "dysmsapi.aliyuncs.com",
        description: "A regional host such as dysmsapi.ap-southeast-1.aliyuncs.com.",
      }),
      toggle(
        "strictPhoneRegionNumberCheck",
        "Strict number check",
        "Kept for compatibility with Logto; it has no effect.",
      ),
      templates("registered"),
    ],
  ),
  factory(
    "aliyun-short-message-auth-service",
    "Aliyun SMS authentication",
    "阿里云短信认证服务",
    "Ready-made templates, mainland China only, no review.",
    "预置模板，仅限中国大陆，无需审核。",
    [
      text("accessKeyId", "Access key ID", { placeholder: "LTAI…" }),
      secret("accessKeySecret", "Access key secret"),
      text("signName", "Signature name", {
        description: "One of Aliyun's predefined signatures; they change from time to time.",
      }),
      templates("registered"),
    ],
  ),
  factory(
    "tencent-short-message-service",
    "Tencent Cloud SMS",
    "腾讯云短信",
    "Registered templates, mainland China and abroad.",
    "已审核的模板，中国大陆及海外。",
    [
      text("accessKeyId", "Secret ID", { placeholder: "AKID…" }),
      secret("accessKeySecret", "Secret key"),
      text("signName", "Signature", {
        mayBeEmpty: true,
        description: "The approved signature's text; empty only if nothing is sent to mainland China.",
      }),
      text("sdkAppId", "SMS application ID", { placeholder: "1400006666" }),
      text("region", "Region", { placeholder: "ap-guangzhou" }),
      templates("registered"),
    ],
  ),
  factory(
    "yunpian-sms",
    "Yunpian",
    "云片",
    "Your text, equal to an approved template; mainland China, and abroad if switched on.",
    "您的短信内容，须与已审核模板一致；中国大陆，可开启海外。",
    [
      secret("apikey", "API key"),
      toggle("enableInternational", "Send abroad", "Whether numbers outside mainland China are sent to."),
      text("unsupportedCountriesMsg", "Message for unsupported countries", optional),
      templates("text", {
        language: "zh-CN",
        description: "Each text must be identical to an approved one, without the signature.",
      }),
    ],
  ),
  factory(
    "smsbao-sms",
    "SMSBao",
    "短信宝",
    "Your text with the signature in it, mainland China only.",
    "含签名的短信内容，仅限中国大陆。",
    [
      text("username", "User name"),
      secret("passwordOrApiKey", "API key or MD5 of the password"),
      text("goodsId", "Product ID", {
        ...optional,
        description: "The product of a dedicated channel, if there is one.",
      }),
      templates("text", {
        language: "zh-CN",
        description: "Each text begins with your signature in brackets: 【…】.",
        generic: false,
        knownUsages: true,
      }),
    ],
  ),
];
