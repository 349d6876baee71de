//! The invariants hold in every state of the guard; of the two other designs the checker finds what breaks them.

use edge_otp_model::{Action, CLIENTS, Design, GuardModel};
use stateright::{Checker, HasDiscoveries, Model};

/// How many operations each client carries out: two codes and three attempts, or any other mix. 1.7 million states, two
/// minutes on two cores; another operation makes it hours.
const OPERATIONS: [u8; CLIENTS] = [2, 2, 1];

/// Returns the shortest way to a state that breaks the property.
fn counterexample(design: Design, operations: [u8; CLIENTS], property: &'static str) -> Vec<Action> {
    let wanted = HasDiscoveries::AllOf([property].into());
    let checker = GuardModel::new(design, operations).checker().finish_when(wanted).spawn_bfs().join();
    let path = checker.discovery(property).expect("a counterexample").into_actions();
    println!("{property}: {path:?}");
    path
}

#[test]
fn the_invariants_hold_in_every_state_of_the_guard() {
    let checker = GuardModel::new(Design::Guard, OPERATIONS).checker().threads(2).spawn_bfs().join();
    let states = checker.unique_state_count();
    println!("{states} states, {} transitions, depth {}", checker.state_count(), checker.max_depth());
    checker.assert_properties();
    assert!(checker.is_done() && states > 100_000, "every state was visited");
}

/// SECURITY.md shows it.
#[test]
fn a_ledger_in_kv_compares_a_code_more_often_than_allowed() {
    assert!(counterexample(Design::KvOnly, [2, 1, 1], "I1 attempts per code").len() > 5);
}

#[test]
fn a_ledger_in_kv_accepts_a_code_twice() {
    assert!(counterexample(Design::KvOnly, [1, 1, 1], "I3 single use").len() > 5);
}

#[test]
fn an_object_that_passes_requests_on_without_its_name_loses_the_count() {
    let path = counterexample(Design::GuardWithoutName, [2, 1, 1], "I5 no reset by sending");
    assert!(path.contains(&Action::Evict));
}
