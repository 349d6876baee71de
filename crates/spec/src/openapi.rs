//! The OpenAPI document: the operations with the components that they use.

use serde_json::{Map, Value, json};

use crate::errors::shared::SHARED_ERRORS;
use crate::errors::{ErrorResponse, method_not_allowed};
use crate::operations::{self, Operation};
use crate::schemas::Schemas;

/// Returns a reference to a component.
pub fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// Returns a response of the Worker: with `X-Request-Id`, and a body if there is one, as a schema and named examples.
pub fn response(
    description: &str,
    headers: Map<String, Value>,
    body: Option<(Value, Map<String, Value>)>,
) -> Value {
    let mut all = Map::from_iter([("X-Request-Id".to_owned(), reference("headers", "XRequestId"))]);
    all.extend(headers);
    let mut response = json!({ "description": description, "headers": all });
    if let (Some((schema, examples)), Some(object)) = (body, response.as_object_mut()) {
        object.insert("content".to_owned(), content(&schema, examples));
    }
    response
}

/// Returns the content of a request or response: JSON.
pub fn content(schema: &Value, examples: Map<String, Value>) -> Value {
    let mut media = json!({ "schema": schema });
    if let (false, Some(object)) = (examples.is_empty(), media.as_object_mut()) {
        object.insert("examples".to_owned(), examples.into());
    }
    json!({ "application/json": media })
}

/// Builds the document.
///
/// # Errors
/// What is missing or contradictory.
pub fn build(schemas: &Schemas) -> Result<Value, String> {
    let operations = operations::list();
    let mut responses = Map::new();
    for error in SHARED_ERRORS {
        responses.insert(error.name.to_owned(), error.to_json());
    }
    let mut paths = Map::new();
    for operation in &operations {
        let described = describe(operation, &operations, &mut responses)?;
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(object) = path.as_object_mut() {
            object.insert(operation.method.to_ascii_lowercase(), described);
        }
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "edge-otp",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "SMS one-time codes at the edge",
            "description": INTRODUCTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The Worker that serves this document." }],
        "security": [{ "adminKey": [] }],
        "tags": [
            { "name": "codes", "description": "Send and verify codes." },
            { "name": "bridges", "description": "Deliver the codes that other auth servers make." },
            { "name": "factories", "description": "The catalogue of connectors." },
            { "name": "connectors", "description": "The one active connector, in Logto's paths and shapes." },
            { "name": "service", "description": "The deployment itself." },
        ],
        "paths": paths,
        "components": { "securitySchemes": security_schemes(), "headers": headers(), "responses": responses },
    });
    let mut used = find_used(&document, schemas)?;
    accept_any_value(&mut used)?;
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("schemas".to_owned(), used.into());
    }
    Ok(document)
}

/// Members that never cost a send: a value that cannot be read is ignored, of whatever type it is. The TypeScript types keep
/// the type that is read.
const IGNORED_IF_UNREADABLE: [(&str, &str); 5] = [
    ("SendRequest", "locale"),
    ("SendRequest", "ip"),
    ("DeliverRequest", "locale"),
    ("DeliverRequest", "ip"),
    ("TestRequest", "locale"),
];

/// Drops the types of the members that accept every value.
fn accept_any_value(schemas: &mut Schemas) -> Result<(), String> {
    for (name, member) in IGNORED_IF_UNREADABLE {
        let properties = schemas.get_mut(name).and_then(|schema| schema.get_mut("properties"));
        let property =
            properties.and_then(|properties| properties.get_mut(member)).and_then(Value::as_object_mut);
        property.ok_or_else(|| format!("there is no {member} in {name}"))?.shift_remove("type");
    }
    Ok(())
}

const INTRODUCTION: &str = "Sends one-time codes by SMS and verifies them once; a Cloudflare Worker. This document is \
    generated from the Rust types by `npm run generate` and checked against the running Worker by \
    `tests/edge/openapi.test.mjs` and `tests/openapi`.\n\nEvery response of the Worker is JSON with `content-type: \
    application/json; charset=utf-8`, `cache-control: no-store`, `x-content-type-options: nosniff` and `x-request-id`; a \
    204 has no body. Requests carry JSON, uncompressed, in UTF-8; an object with a name twice, or nested deeper than 64 \
    levels, is refused. Responses may gain members in later versions.";

fn security_schemes() -> Value {
    let bearer =
        |description: &str| json!({ "type": "http", "scheme": "bearer", "description": description });
    json!({
        "apiKey": bearer("One of `API_KEYS`; for `/send`, `/verify` and `/deliver/…`."),
        "adminKey": bearer("`ADMIN_KEY`; for everything below `/api`."),
    })
}

fn headers() -> Value {
    json!({
        "XRequestId": {
            "required": true,
            "description": "Names the request in the log; an error repeats it as `requestId`.",
            "schema": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
        },
        "RetryAfter": {
            "required": false,
            "description": "Seconds to wait. Absent if the provider did not tell it.",
            "schema": { "type": "integer", "minimum": 0 },
        },
    })
}

/// Describes an operation, and adds the responses to other methods of its path to the shared ones.
fn describe(
    operation: &Operation,
    all: &[Operation],
    shared: &mut Map<String, Value>,
) -> Result<Value, String> {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
    });
    let Some(object) = described.as_object_mut() else { return Ok(described) };
    match operation.key {
        Some("adminKey") => {}
        Some(key) => drop(object.insert("security".to_owned(), json!([{ key: [] }]))),
        None => drop(object.insert("security".to_owned(), json!([]))),
    }
    if !operation.description.is_empty() {
        object.insert("description".to_owned(), operation.description.into());
    }
    if !operation.parameters.is_empty() {
        object.insert("parameters".to_owned(), operation.parameters.clone().into());
    }
    if let Some(body) = &operation.body {
        let schema = reference("schemas", body.schema);
        let mut accepted = content(&schema, body.examples.clone());
        if let (true, Some(object)) = (body.is_form_too, accepted.as_object_mut()) {
            object.insert("application/x-www-form-urlencoded".to_owned(), json!({ "schema": schema }));
        }
        object.insert(
            "requestBody".to_owned(),
            json!({
                "required": true,
                "description": format!("At most {} KiB.", body.limit / 1_024),
                "content": accepted,
            }),
        );
    }
    let mut responses: Vec<(u16, Value)> = operation.responses.clone();
    for error in operation.errors() {
        responses.push((error.status()?, error_reference(&error)));
    }
    if operation.has_method_errors() {
        responses.push((405, other_methods(operation, all, shared)));
    }
    responses.sort_by_key(|(status, _)| *status);
    if responses.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return Err(format!("{} has two responses of one status", operation.id));
    }
    let responses: Map<_, _> =
        responses.into_iter().map(|(status, response)| (status.to_string(), response)).collect();
    object.insert("responses".to_owned(), responses.into());
    Ok(described)
}

fn error_reference(error: &ErrorResponse) -> Value {
    if error.name.is_empty() { error.to_json() } else { reference("responses", error.name) }
}

/// The response to a method that the path does not have: its `Allow` follows from the table.
fn other_methods(operation: &Operation, all: &[Operation], shared: &mut Map<String, Value>) -> Value {
    let methods: Vec<_> = all.iter().filter(|one| one.path == operation.path).map(|one| one.method).collect();
    let allowed = methods.join(", ");
    if let Some(other) = operation.dot_segment_allows {
        let description =
            "Another method on this path; or the id is a dot segment, so that the path is another.";
        return method_not_allowed(description, &[allowed, other.to_owned()]);
    }
    let capital = |method: &&str| {
        let (first, rest) = method.split_at_checked(1).unwrap_or_default();
        first.to_owned() + &rest.to_ascii_lowercase()
    };
    let name = format!("MethodNotAllowed{}", methods.iter().map(capital).collect::<String>());
    shared
        .entry(name.as_str())
        .or_insert_with(|| method_not_allowed("Another method on this path.", &[allowed]));
    reference("responses", &name)
}

/// Returns the schemas that the document refers to, directly or through others.
fn find_used(document: &Value, schemas: &Schemas) -> Result<Schemas, String> {
    let mut names = Vec::new();
    find_references(document, &mut names);
    let mut used = Schemas::new();
    while let Some(name) = names.pop() {
        if used.contains_key(&name) {
            continue;
        }
        let schema = schemas.get(&name).ok_or_else(|| format!("there is no schema {name}"))?;
        find_references(schema, &mut names);
        used.insert(name, schema.clone());
    }
    used.sort_keys();
    Ok(used)
}

fn find_references(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            let path = object.get("$ref").and_then(Value::as_str);
            names.extend(path.and_then(|path| path.strip_prefix("#/components/schemas/")).map(str::to_owned));
            object.values().for_each(|member| find_references(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| find_references(item, names)),
        _ => {}
    }
}
