//! The fault matrix: each fault of the platform against each operation gives the result that `tests/fault-matrix.json`
//! states. This file runs the cells of the core, with both kinds of ledger store; `tests/edge/fault-matrix.test.mjs`
//! runs those that only workerd can show. `docs/fault-matrix.md` shows all of them and says how to read a result.

#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "fault_matrix/faults.rs"]
mod faults;
#[path = "fault_matrix/observation.rs"]
mod observation;
#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;
#[path = "fault_matrix/scenarios.rs"]
mod scenarios;
#[path = "fault_matrix/world.rs"]
mod world;

use faults::Fault;
use platform::Ledgers;
use scenarios::Scenario;
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

const MATRIX: &str = include_str!("../../../tests/fault-matrix.json");

fn matrix() -> Value {
    serde_json::from_str(MATRIX).expect("the matrix is JSON")
}

fn list<'a>(json: &'a Value, name: &str) -> &'a [Value] {
    json[name].as_array().expect(name)
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

/// The runs of each fault that are the core's.
fn runs_of_core(matrix: &Value) -> Vec<(&str, &Value)> {
    let faults = list(matrix, "faults").iter();
    let runs = faults.flat_map(|fault| list(fault, "runs").iter().map(|run| (text(fault, "id"), run)));
    runs.filter(|(_, run)| text(run, "where") == "core").collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn the_matrix_has_32_faults_and_12_scenarios_and_a_result_or_a_reason_in_every_cell() {
    let matrix = matrix();
    let ids: Vec<_> = list(&matrix, "faults").iter().map(|fault| text(fault, "id").to_owned()).collect();
    assert_eq!(ids, (1..=32).map(|number| format!("F{number}")).collect::<Vec<_>>());
    for fault in list(&matrix, "faults") {
        for scenario in Scenario::ALL {
            let cells = list(fault, "runs").iter().map(|run| text(&run["cells"], scenario.id()));
            let is_run = |cell: &&str| !cell.starts_with("n/a: ");
            let results = cells.clone().filter(is_run).count();
            assert!(results > 0 || cells.clone().all(|cell| cell.len() > 20), "{fault}: a reason");
            assert!(cells.clone().all(|cell| !cell.is_empty()), "{fault}: a result");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_fault_gives_its_stated_result_in_every_scenario() {
    let matrix = matrix();
    let (mut ran, mut differences) = (0, Vec::new());
    for (id, run) in runs_of_core(&matrix) {
        let name = text(run, "name");
        let fault = Fault::find(id, name).unwrap_or_else(|| panic!("{id} {name} is not implemented"));
        for scenario in Scenario::ALL {
            let expected = text(&run["cells"], scenario.id());
            if expected.starts_with("n/a: ") {
                continue;
            }
            for ledgers in Ledgers::ALL {
                ran += 1;
                let observed = scenarios::run(fault, scenario, ledgers);
                if observed != expected {
                    let cell = format!("{id}|{name}|{}|{ledgers:?}", scenario.id());
                    differences.push(format!("{cell}\n  expected {expected}\n  observed {observed}"));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{} of {ran} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(ran > 600, "only {ran} cells ran");
}
