//! A provider's code that repeats a secret, as a whole or in part, before or after a documented code, is not passed on.

use edge_otp_core::provider::{
    DeliveryOutcome, ErrorCodeTable, REGISTRY, Rejection, RejectionKind, SmsProvider,
};
use proptest::prelude::*;
use proptest::sample::select;
use wasm_bindgen_test::wasm_bindgen_test;

/// How many characters of a secret must not be repeated.
const REVEALING: usize = 5;

fn known_codes(table: ErrorCodeTable) -> impl Iterator<Item = &'static str> {
    let rejected = table.rejected.iter().flat_map(|(_, codes)| codes.iter().copied());
    rejected.chain(table.unknown.iter().copied())
}

/// Returns how much of a code its provider documents: a family, a code and the dot after it.
fn documented_length(table: ErrorCodeTable, code: &str) -> usize {
    let families = table.families.iter().copied().chain([""]);
    let beginnings =
        families.flat_map(|family| known_codes(table).map(move |known| format!("{family}{known}")));
    let covered = beginnings.filter(|known| code == known || code.starts_with(&format!("{known}.")));
    covered.map(|known| known.len() + 1).max().unwrap_or(0)
}

fn redact(provider: &dyn SmsProvider, code: &str, secret: &str) -> Option<String> {
    let rejection = Rejection { kind: RejectionKind::Other, status: 400, code: Some(code.to_owned()) };
    match DeliveryOutcome::Rejected(rejection).redact_echoed_code(provider.error_codes(), &[secret]) {
        DeliveryOutcome::Rejected(rejection) => rejection.code,
        _ => None,
    }
}

/// A piece of a secret or of a code: of the provider's own words, or of any.
fn piece(table: ErrorCodeTable) -> impl Strategy<Value = String> {
    let words: Vec<_> = known_codes(table).chain(table.families.iter().copied()).chain(["."]).collect();
    prop_oneof![select(words).prop_map(str::to_owned), "[A-Za-z0-9._-]{1,4}"]
}

fn provider_with_texts() -> impl Strategy<Value = (&'static dyn SmsProvider, String, String)> {
    select(REGISTRY.to_vec()).prop_flat_map(|provider| {
        let pieces = || prop::collection::vec(piece(provider.error_codes()), 1..4);
        (pieces(), pieces(), any::<(prop::sample::Index, prop::sample::Index)>()).prop_map(
            move |(secret, around, (from, to))| {
                let secret = secret.concat();
                // Five characters of the secret, or more, with other pieces around them.
                let from = from.index(secret.len());
                let to = (from + REVEALING + to.index(secret.len())).min(secret.len());
                let (before, after) = around.split_at(around.len() / 2);
                let code = [&before.concat(), &secret[from..to], &after.concat()].concat();
                (provider, secret, code)
            },
        )
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn a_code_that_is_passed_on_reveals_no_five_characters_beyond_what_is_documented() {
    proptest!(ProptestConfig::with_cases(20_000), |((provider, secret, code) in provider_with_texts())| {
        let documented = documented_length(provider.error_codes(), &code);
        let is_repeated = |at: &usize| secret.contains(&code[*at..*at + REVEALING]);
        let positions = 0..(code.len() + 1).saturating_sub(REVEALING);
        let revealed = positions.filter(is_repeated).find(|at| at + REVEALING > documented);
        match redact(provider, &code, &secret) {
            Some(kept) => {
                prop_assert_eq!(revealed, None, "{}", provider.id());
                prop_assert_eq!(kept, code);
            }
            None => prop_assert!(revealed.is_some(), "{}: dropped in vain", provider.id()),
        }
    });
}
