//! The table of operations.

mod bridges;
mod codes;
mod connectors;
mod operation;

use crate::examples::named;
use crate::openapi::reference;
use crate::operations::Operation;
use serde_json::{Map, Value, json};

/// Lists the operations; those of one path in the order of its `Allow`.
pub fn list() -> Vec<Operation> {
    [
        vec![codes::send(), codes::verify()],
        bridges::deliveries(),
        operation::service(),
        operation::messages(),
        connectors::factories(),
        connectors::connectors(),
        connectors::archive(),
        bridges::bridges(),
        vec![operation::unlock(), operation::identify()],
        operation::limits(),
        codes::logto_codes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn schema(name: &str) -> Value {
    reference("schemas", name)
}

fn narrowed(name: &str, property: &str, value: &str) -> Value {
    json!({ "allOf": [schema(name), { "properties": { property: { "const": value } } }] })
}

fn answer(value: Value) -> Map<String, Value> {
    named([("answer", value)])
}
