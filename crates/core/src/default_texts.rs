//! The texts with which templates start: one for each usage type, as providers throttle a text that serves them all. Each
//! says what the code is for and how long it is valid, and fits one segment with the longest code.

use crate::usage_type::UsageType;

/// A text for each usage type, in the order of [`UsageType::ALL`].
pub type TextsByUsageType = [&'static str; UsageType::ALL.len()];

/// English.
pub const ENGLISH: TextsByUsageType = [
    "{{code}} is your sign-in verification code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your sign-up verification code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your password reset verification code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your verification code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your organization invitation code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your verification code to confirm this operation. It expires in 10 minutes. Do not share it.",
    "{{code}} is your account linking verification code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your two-step verification code. It expires in 10 minutes. Do not share it.",
    "{{code}} is your code to set up two-step verification. It expires in 10 minutes. Do not share it.",
];

/// Simplified Chinese.
pub const CHINESE: TextsByUsageType = [
    "您的登录验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的注册验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的重置密码验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的加入组织的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的确认操作的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的绑定账号的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的两步验证的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
    "您的开启两步验证的验证码是{{code}}，10分钟内有效，请勿告诉他人。",
];

/// Traditional Chinese.
const TRADITIONAL_CHINESE: TextsByUsageType = [
    "您的登入驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的註冊驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的重設密碼驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的加入組織的驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的確認操作的驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的綁定帳號的驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的兩步驟驗證的驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
    "您的啟用兩步驟驗證的驗證碼是{{code}}，10分鐘內有效，請勿告訴他人。",
];

/// Japanese.
const JAPANESE: TextsByUsageType = [
    "ログイン用の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "新規登録用の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "パスワード再設定用の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "組織への招待の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "操作を確認するための認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "アカウント連携用の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "2段階認証の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
    "2段階認証の設定用の認証コード: {{code}}（有効期限10分）。他の人に教えないでください。",
];

/// Korean.
const KOREAN: TextsByUsageType = [
    "로그인 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "회원가입 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "비밀번호 재설정 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "조직 초대 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "작업 확인 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "계정 연결 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "2단계 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
    "2단계 인증 설정 인증번호: {{code}}. 10분간 유효하며 타인에게 알려주지 마세요.",
];

/// German.
const GERMAN: TextsByUsageType = [
    "{{code}} ist Ihr Anmeldecode. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Registrierungscode. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Code zum Zurücksetzen des Passworts. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Bestätigungscode. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist der Code Ihrer Einladung zur Organisation. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Code zum Bestätigen dieses Vorgangs. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Code zum Verknüpfen dieser Nummer. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Code für die Anmeldung in zwei Schritten. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
    "{{code}} ist Ihr Code zum Einrichten der Anmeldung in zwei Schritten. Er gilt 10 Minuten. Geben Sie ihn nicht weiter.",
];

/// French.
const FRENCH: TextsByUsageType = [
    "{{code}} est votre code de connexion. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code d'inscription. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code pour changer de mot de passe. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code de vérification. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est le code de votre invitation à l'organisation. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code pour confirmer cette opération. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code pour associer ce numéro. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code de connexion en deux étapes. Il expire dans 10 minutes. Ne le communiquez à personne.",
    "{{code}} est votre code pour activer la connexion en deux étapes. Il expire dans 10 minutes. Ne le communiquez à personne.",
];

/// Spanish.
const SPANISH: TextsByUsageType = [
    "{{code}}: código de inicio de sesión. Caduca en 10 minutos.",
    "{{code}}: código de registro. Caduca en 10 minutos.",
    "{{code}}: código para cambiar la contraseña. Caduca en 10 minutos.",
    "{{code}}: código de verificación. Caduca en 10 minutos.",
    "{{code}}: código de invitación. Caduca en 10 minutos.",
    "{{code}}: código para confirmar la operación. Caduca en 10 minutos.",
    "{{code}}: código para vincular el número. Caduca en 10 minutos.",
    "{{code}}: código de verificación en dos pasos. Caduca en 10 minutos.",
    "{{code}}: código para activar los dos pasos. Caduca en 10 minutos.",
];

/// Portuguese of Brazil.
const PORTUGUESE: TextsByUsageType = [
    "{{code}}: código de acesso. Expira em 10 minutos.",
    "{{code}}: código de cadastro. Expira em 10 minutos.",
    "{{code}}: código para redefinir a senha. Expira em 10 minutos.",
    "{{code}}: código de verificação. Expira em 10 minutos.",
    "{{code}}: código do convite. Expira em 10 minutos.",
    "{{code}}: código para confirmar a operação. Expira em 10 minutos.",
    "{{code}}: código para vincular o número. Expira em 10 minutos.",
    "{{code}}: código das duas etapas. Expira em 10 minutos.",
    "{{code}}: código para ativar as duas etapas. Expira em 10 minutos.",
];

/// Italian.
const ITALIAN: TextsByUsageType = [
    "{{code}} è il tuo codice di accesso. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice di registrazione. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice per reimpostare la password. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice di verifica. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il codice del tuo invito all'organizzazione. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice per confermare questa operazione. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice per collegare questo numero. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice di verifica in due passaggi. Scade tra 10 minuti. Non condividerlo.",
    "{{code}} è il tuo codice per attivare la verifica in due passaggi. Scade tra 10 minuti. Non condividerlo.",
];

/// Russian.
const RUSSIAN: TextsByUsageType = [
    "{{code}} — код для входа. Действует 10 минут.",
    "{{code}} — код для регистрации. Действует 10 минут.",
    "{{code}} — код для сброса пароля. Действует 10 минут.",
    "{{code}} — код подтверждения. Действует 10 минут.",
    "{{code}} — код приглашения. Действует 10 минут.",
    "{{code}} — код для подтверждения операции. Действует 10 минут.",
    "{{code}} — код для привязки номера. Действует 10 минут.",
    "{{code}} — код двухэтапной проверки. Действует 10 минут.",
    "{{code}} — код настройки двухэтапной проверки. Действует 10 минут.",
];

/// Dutch.
const DUTCH: TextsByUsageType = [
    "{{code}} is uw inlogcode. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw registratiecode. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw code om het wachtwoord te wijzigen. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw verificatiecode. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is de code van uw uitnodiging voor de organisatie. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw code om deze handeling te bevestigen. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw code om dit nummer te koppelen. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw code voor verificatie in twee stappen. De code verloopt over 10 minuten. Deel deze met niemand.",
    "{{code}} is uw code om verificatie in twee stappen in te stellen. De code verloopt over 10 minuten. Deel deze met niemand.",
];

/// The texts by their language tags. The console offers them when a language is added.
pub const LANGUAGES: [(&str, &TextsByUsageType); 12] = [
    ("en", &ENGLISH),
    ("zh-CN", &CHINESE),
    ("zh-TW", &TRADITIONAL_CHINESE),
    ("ja", &JAPANESE),
    ("ko", &KOREAN),
    ("de", &GERMAN),
    ("fr", &FRENCH),
    ("es", &SPANISH),
    ("pt-BR", &PORTUGUESE),
    ("it", &ITALIAN),
    ("ru", &RUSSIAN),
    ("nl", &DUTCH),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::{count_segments, find_avoidable_characters};
    use crate::template::{contains_code_placeholder, render};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn texts_hold_the_code_and_its_expiry_differ_by_usage_type_and_fit_one_segment() {
        for (tag, texts) in LANGUAGES {
            for (index, text) in texts.iter().enumerate() {
                assert!(contains_code_placeholder(text) && text.contains("10"), "{tag} {text}");
                assert!(!texts[..index].contains(text), "{tag} {text}: providers throttle a text used twice");
                let message = render(text, |_| Some("0123456789".to_owned()));
                assert_eq!(count_segments(&message), 1, "{tag} {message}");
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn usage_types_index_their_texts() {
        for (index, usage_type) in UsageType::ALL.into_iter().enumerate() {
            assert_eq!(usage_type as usize, index);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn texts_of_languages_that_gsm_7_can_write_stay_in_it() {
        for texts in [ENGLISH, GERMAN, FRENCH, ITALIAN, DUTCH] {
            for text in texts {
                assert!(find_avoidable_characters(text).is_empty(), "{text}");
            }
        }
    }
}
