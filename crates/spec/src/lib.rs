//! x
use utoipa::{PartialSchema, ToSchema};
/// x
pub fn t() {
    let mut v = Vec::new();
    macro_rules! t { ($($t:ty),*) => { $( v.push((<$t>::name().into_owned(), <$t>::schema())); <$t>::schemas(&mut v); )* } }
    use edge_otp_core::*;
    t!(
        api::SendRequest,
        api::VerifyRequest,
        api::SendReceipt,
        api::VerifyReceipt,
        error::ErrorBody,
        connector::Factory,
        connector::ConnectorView,
        openapi::ConnectorPatch,
        openapi::TestRequest,
        openapi::LogtoVerifyRequest,
        policy::PolicyView<'static>,
        api::Activity,
        api::Health,
        api::TestOutcome
    );
    let m: std::collections::BTreeMap<_, _> = v.into_iter().collect();
    println!("{}", serde_json::to_string_pretty(&m).unwrap());
}
