//! What a code is for. A code sent for one usage type never verifies another.

use core::fmt;

use serde::{Deserialize, Serialize};
use strsim::osa_distance;

/// What a code is for, spelt as in Logto's templates. A code sent for one usage type never verifies another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the names are Logto's and say it all")]
pub enum UsageType {
    SignIn,
    Register,
    ForgotPassword,
    /// The default, and the template that serves where a usage type has none.
    #[default]
    Generic,
    OrganizationInvitation,
    UserPermissionValidation,
    BindNewIdentifier,
    MfaVerification,
    BindMfa,
}

impl UsageType {
    /// All of them, in the order in which the console shows them.
    pub const ALL: [Self; 9] = [
        Self::SignIn,
        Self::Register,
        Self::ForgotPassword,
        Self::Generic,
        Self::OrganizationInvitation,
        Self::UserPermissionValidation,
        Self::BindNewIdentifier,
        Self::MfaVerification,
        Self::BindMfa,
    ];

    /// Returns the public spelling, in requests, templates and responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::Register => "Register",
            Self::ForgotPassword => "ForgotPassword",
            Self::Generic => "Generic",
            Self::OrganizationInvitation => "OrganizationInvitation",
            Self::UserPermissionValidation => "UserPermissionValidation",
            Self::BindNewIdentifier => "BindNewIdentifier",
            Self::MfaVerification => "MfaVerification",
            Self::BindMfa => "BindMfa",
        }
    }

    /// Parses a name; names are case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage_type| usage_type.as_str() == name)
    }

    /// Finds the usage type that a name misspells: it differs by case, by what is no letter, or by one mistake in typing
    /// (two in a long name). `None` if the name is one, or is another name altogether.
    pub fn suggest(name: &str) -> Option<Self> {
        let wanted = letters(name);
        let distance = |usage_type: &Self| osa_distance(&wanted, &letters(usage_type.as_str()));
        let nearest = Self::ALL.into_iter().min_by_key(distance)?;
        let mistakes = if nearest.as_str().len() < 8 { 1 } else { 2 };
        (nearest.as_str() != name && distance(&nearest) <= mistakes).then_some(nearest)
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl fmt::Display for UsageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn names_are_parsed_as_they_are_printed() {
        for usage_type in UsageType::ALL {
            assert_eq!(UsageType::parse(&usage_type.to_string()), Some(usage_type));
        }
        for name in ["", "signIn", "SIGNIN", "SignIn ", "Other"] {
            assert_eq!(UsageType::parse(name), None, "{name:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn suggest_finds_misspelt_names_only() {
        for (name, meant) in [
            ("signin", "SignIn"),
            ("SIGN_IN", "SignIn"),
            ("sign-in", "SignIn"),
            ("Sign In ", "SignIn"),
            ("SingIn", "SignIn"),
            ("SignIn1", "SignIn"),
            ("Genric", "Generic"),
            ("Regsiter", "Register"),
            ("forgotpassword", "ForgotPassword"),
            ("ForgetPasword", "ForgotPassword"),
            ("OrganisationInvitation", "OrganizationInvitation"),
            ("UserPermissionsValidation", "UserPermissionValidation"),
            ("MFAVerification", "MfaVerification"),
            ("BindMFA", "BindMfa"),
        ] {
            assert_eq!(UsageType::suggest(name).map(UsageType::as_str), Some(meant), "{name}");
        }
        for name in [
            "",
            "Marketing",
            "Test",
            "Continue",
            "SignUp",
            "Login",
            "Registration",
            "注册",
            &"x".repeat(1_000),
        ] {
            assert_eq!(UsageType::suggest(name), None, "{name}");
        }
        for usage_type in UsageType::ALL {
            assert_eq!(UsageType::suggest(usage_type.as_str()), None);
        }
    }
}
