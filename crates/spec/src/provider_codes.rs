//! The table of `docs/troubleshooting.md`: the providers' documented codes by what they mean.

use std::fmt::Write as _;

use edge_otp_core::provider::{REGISTRY, RejectionKind};

use crate::settings::Part;

/// Returns the generated part of `docs/troubleshooting.md`.
pub fn parts() -> Vec<Part> {
    vec![("provider codes", format_codes())]
}

/// What a kind of refusal means, and what to do.
const fn advice(kind: RejectionKind) -> &'static str {
    match kind {
        RejectionKind::Credentials => "key, signature, account or permission: check the config",
        RejectionKind::Recipient => {
            "the number: malformed, barred, opted out, or in a region that is not enabled"
        }
        RejectionKind::Content => "text, template or sender: register or correct it",
        RejectionKind::Throttled(_) => {
            "too many requests (`connector.rate_limit_exceeded`): wait, or raise the limit"
        }
        RejectionKind::Balance => "no balance: top up",
        RejectionKind::Other | RejectionKind::Unreadable | RejectionKind::NotReached(_) => {
            "refused for another reason"
        }
    }
}

fn format_codes() -> String {
    let mut text = String::new();
    for provider in REGISTRY {
        let table = provider.error_codes();
        if table.rejected.is_empty() && table.unknown.is_empty() {
            continue;
        }
        let [name, _] = provider.metadata().name;
        let _ = write!(text, "\n### {name} (`{}`)\n\n| meaning | codes |\n|---|---|\n", provider.id());
        for (kind, codes) in table.rejected {
            let _ = writeln!(text, "| {} | {} |", advice(*kind), list(codes));
        }
        if !table.unknown.is_empty() {
            let _ = writeln!(
                text,
                "| *unknown*: an error inside the provider's systems | {} |",
                list(table.unknown)
            );
        }
    }
    text.push('\n');
    text
}

fn list(codes: &[&str]) -> String {
    codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ")
}
