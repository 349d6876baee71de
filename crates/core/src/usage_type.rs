//! What a code is for. A code sent for one usage type never verifies another.

use core::fmt;

use serde::{Deserialize, Serialize};

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
}
