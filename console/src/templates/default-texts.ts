/** The initial texts of new templates. Each fits one segment. */
import { getLanguage } from "../i18n/index.ts";

type TextsByUsage = Record<string, string> & { Generic: string };

const ENGLISH: TextsByUsage = {
  Generic: "{{code}} is your verification code. It is valid for 10 minutes. Do not share it.",
  SignIn: "{{code}} is your sign-in code. It is valid for 10 minutes. Do not share it.",
  Register: "{{code}} is your sign-up code. It is valid for 10 minutes. Do not share it.",
  ForgotPassword: "{{code}} is your code to reset the password. It is valid for 10 minutes. Do not share it.",
  OrganizationInvitation: "{{code}} is the code of your invitation. It is valid for 10 minutes.",
  UserPermissionValidation:
    "{{code}} is your code to confirm this step. It is valid for 10 minutes. Do not share it.",
  BindNewIdentifier:
    "{{code}} is your code to link this number. It is valid for 10 minutes. Do not share it.",
};

const CHINESE: TextsByUsage = {
  Generic: "您的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
  SignIn: "您的登录验证码是{{code}}，10分钟内有效，请勿告诉他人。",
  Register: "您的注册验证码是{{code}}，10分钟内有效，请勿告诉他人。",
  ForgotPassword: "您的重置密码验证码是{{code}}，10分钟内有效，请勿告诉他人。",
};

/** Returns the initial text of a template: Chinese for a Chinese locale, else English. */
export const getDefaultText = (usage: string, locale: string): string => {
  const texts = (locale || getLanguage()).toLowerCase().startsWith("zh") ? CHINESE : ENGLISH;
  return texts[usage] ?? texts.Generic;
};
