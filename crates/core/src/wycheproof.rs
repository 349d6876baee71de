//! The vectors of Project Wycheproof, for the tests of what calls HMAC and AES-GCM.

use serde_json::Value;

const VECTORS: &str = include_str!("../../../tests/vectors/wycheproof.json");

/// A vector: whether it is valid, and its values.
pub(crate) struct Vector {
    pub(crate) id: u64,
    pub(crate) is_valid: bool,
    pub(crate) values: Vec<Vec<u8>>,
}

/// Returns the vectors of an algorithm.
pub(crate) fn vectors(algorithm: &str) -> Vec<Vector> {
    let all: Value = serde_json::from_str(VECTORS).expect("JSON");
    let rows = all[algorithm]["rows"].as_array().expect("rows").clone();
    let bytes = |value: &Value| hex::decode(value.as_str().expect("a text")).expect("hex");
    let parse = |row: Value| Vector {
        id: row[0].as_u64().expect("an id"),
        is_valid: row[1] == "valid",
        values: row.as_array().expect("values").iter().skip(2).map(bytes).collect(),
    };
    rows.into_iter().map(parse).collect()
}
