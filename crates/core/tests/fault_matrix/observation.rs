//! What an operation has changed.

use serde_json::Value;

use crate::platform::InMemoryPlatform;
use crate::scenarios::Scenario;
use crate::world::{Answer, PHONE, TOKENS, World, code_of};
use edge_otp_core::connector::{CONNECTOR_KEY, load_connector};
use edge_otp_core::phone::PhoneNumber;

/// Counts at one point in time.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    /// Failed comparisons, over all phone numbers.
    failures: usize,
    /// Counted sends, over all phone numbers.
    sends: usize,
    /// Requests to the provider.
    requests: usize,
    /// Those that have reached it.
    arrived: usize,
    /// The ids of the codes of [`PHONE`] for `SignIn`, the newest last.
    codes: Vec<String>,
    at: u64,
}

fn ledgers(platform: &InMemoryPlatform) -> Vec<Value> {
    let parse = |text: &String| serde_json::from_str::<Value>(text).expect("a state is JSON");
    let states: Vec<Value> = platform.states.borrow().values().map(parse).collect();
    states.into_iter().map(|mut state| state["ledger"].take()).filter(|ledger| !ledger.is_null()).collect()
}

fn total(ledgers: &[Value], log: &str, events: &str) -> usize {
    ledgers.iter().map(|ledger| ledger[log][events].as_array().map_or(0, Vec::len)).sum()
}

fn codes_of(platform: &InMemoryPlatform) -> Vec<String> {
    let name = platform.keys.current.guard_object_name(&PhoneNumber::parse(PHONE).expect("valid"));
    let Some(text) = platform.states.borrow().get(&name).cloned() else { return Vec::new() };
    let state: Value = serde_json::from_str(&text).expect("a state is JSON");
    let codes = state["ledger"]["codes"].as_array().cloned().unwrap_or_default();
    let of_usage = codes.into_iter().filter(|code| code["usage"] == "SignIn");
    of_usage.map(|code| code["id"].as_str().unwrap_or_default().to_owned()).collect()
}

impl Counts {
    pub(crate) fn of(platform: &InMemoryPlatform) -> Self {
        let ledgers = ledgers(platform);
        Self {
            failures: total(&ledgers, "failures", "recent"),
            sends: total(&ledgers, "sends", "counted"),
            requests: platform.requests.borrow().len(),
            arrived: platform.arrived.get(),
            codes: codes_of(platform),
            at: platform.clock.now().0,
        }
    }
}

/// Describes the result of an operation, as the cells of the matrix do.
pub(crate) fn describe(world: &mut World, scenario: Scenario, before: &Counts, answers: &[Answer]) -> String {
    let after = Counts::of(&world.platform);
    assert_no_secret(world, answers);
    let texts = answers.iter().map(|answer| answer.text.as_str()).collect::<Vec<_>>().join(", ");
    let elapsed = after.at - before.at;
    assert!(elapsed <= scenario.deadline_ms(), "{scenario:?}: {elapsed} ms");
    let waited = if elapsed == 0 { String::new() } else { format!(" after {elapsed} ms") };
    let requests = after.arrived - before.arrived;
    assert!(requests <= 1, "one message at most");
    let mut parts = vec![format!("{texts}{waited}")];
    if scenario.sends() {
        let counted = if after.sends > before.sends { "counted" } else { "not counted" };
        parts.push(format!("{requests} request{}, {counted}", if requests == 1 { "" } else { "s" }));
    } else {
        assert_eq!((requests, after.sends), (0, before.sends), "only a send sends");
    }
    if scenario.verifies() {
        let consumed = usize::from(after.codes.is_empty() && !before.codes.is_empty());
        parts.push(format!("{} compared", after.failures - before.failures + consumed));
    } else {
        assert_eq!(after.failures, before.failures, "only an attempt counts as one");
    }
    if scenario.sends() || scenario.verifies() {
        parts.push(live_code(world, before, &after));
    }
    if scenario.manages() {
        parts.push(active_connector(world));
    }
    parts.join("; ")
}

/// Tells which of the codes of [`PHONE`] for `SignIn` verifies now. Nothing changes.
fn live_code(world: &mut World, before: &Counts, after: &Counts) -> String {
    let sent: Vec<String> =
        world.platform.requests.borrow().iter().skip(before.requests).map(code_of).collect();
    let is_valid = |world: &World, code: &String| {
        let (kv, states) = (world.platform.kv.borrow().clone(), world.platform.states.borrow().clone());
        let answer = world.verify_now(code);
        world.platform.kv.replace(kv);
        world.platform.states.replace(states);
        answer == "200 verified"
    };
    let is_old_valid = world.codes.last().is_some_and(|code| is_valid(world, code));
    let is_new_valid = sent.last().is_some_and(|code| is_valid(world, code));
    let has_useless = after.codes.last().is_some_and(|id| !before.codes.contains(id)) && !is_new_valid;
    let codes = match (is_old_valid, is_new_valid) {
        (true, true) => "TWO CODES VALID",
        (true, false) => "old code valid",
        (false, true) => "new code valid",
        (false, false) => "no code valid",
    };
    if has_useless { format!("{codes}, the newest cannot verify") } else { codes.to_owned() }
}

/// Names the connector that is stored. A mixture of two is a failure.
fn active_connector(world: &World) -> String {
    let Some(text) = world.platform.kv_text(CONNECTOR_KEY) else { return "no connector".to_owned() };
    let loaded = load_connector(&text, &world.platform.keys, world.platform.policy.allowed_addresses);
    let Ok(connector) = loaded else { return "unusable connector".to_owned() };
    let secrets: Vec<_> = connector.secrets().collect();
    match connector.config.text("accountSID") {
        "ACold" if secrets == [TOKENS[0]] => "old connector".to_owned(),
        "ACnew" if secrets == [TOKENS[1]] => "new connector".to_owned(),
        account => panic!("{account} with the secrets of another"),
    }
}

fn assert_no_secret(world: &World, answers: &[Answer]) {
    let printed = world.platform.printed.borrow().join("\n");
    for secret in world.secrets() {
        for answer in answers {
            assert!(!answer.body.contains(&secret), "a secret in {}", answer.body);
        }
        assert!(!printed.contains(&secret), "a secret in the log");
    }
}
