//! The operations of the HTTP API. What every operation of a kind has follows from its kind: 401 from its key, 413 and 415
//! from its body, 405 from its path.

mod table;

use serde_json::{Map, Value};

use crate::errors::ErrorResponse;
use crate::errors::shared::{TOO_LARGE, UNAUTHORIZED, UNSUPPORTED_MEDIA_TYPE};
use crate::openapi::response;

pub use table::list;

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method, in upper case.
    pub method: &'static str,
    /// The path, with names in braces.
    pub path: &'static str,
    /// Its id.
    pub id: &'static str,
    /// Its group.
    pub tag: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// More about it; may be empty.
    pub description: &'static str,
    /// The security scheme of its key; `None` if it needs no key.
    pub key: Option<&'static str>,
    /// Its parameters.
    pub parameters: Vec<Value>,
    /// What it reads.
    pub body: Option<Body>,
    /// What it answers, apart from errors.
    pub responses: Vec<(u16, Value)>,
    /// Its errors, apart from those that follow from its kind.
    pub own_errors: Vec<ErrorResponse>,
    /// The methods of the path that this one becomes if the id in it is a dot segment, which a client removes.
    pub dot_segment_allows: Option<&'static str>,
    /// Whether the platform answers, with a static file.
    pub is_static: bool,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    /// The name of its schema.
    pub schema: &'static str,
    /// Its largest size in bytes.
    pub limit: usize,
    /// Named examples.
    pub examples: Map<String, Value>,
    /// Whether it may be a form.
    pub is_form_too: bool,
}

impl Operation {
    fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        let tag = match path {
            path if path.starts_with("/api/connector-factories") => "factories",
            path if path.starts_with("/api/connectors") => "connectors",
            "/send" | "/verify" => "codes",
            path if path.starts_with("/deliver/") || path.starts_with("/api/bridges") => "bridges",
            path if path.starts_with("/api/verification-codes") => "codes",
            path if path.starts_with("/api/phones") => "codes",
            _ => "service",
        };
        let key = match path {
            "/send" | "/verify" => Some("apiKey"),
            path if path.starts_with("/deliver/") => Some("apiKey"),
            path if path.starts_with("/api/") => Some("adminKey"),
            _ => None,
        };
        Self {
            method,
            path,
            id,
            tag,
            summary,
            description: "",
            key,
            parameters: Vec::new(),
            body: None,
            responses: Vec::new(),
            own_errors: Vec::new(),
            dot_segment_allows: None,
            is_static: false,
        }
    }

    const fn describe(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    fn body(mut self, schema: &'static str, limit: usize, examples: Map<String, Value>) -> Self {
        self.body = Some(Body { schema, limit, examples, is_form_too: false });
        self
    }

    /// Lets the body be a form as well.
    const fn or_form(mut self) -> Self {
        if let Some(body) = &mut self.body {
            body.is_form_too = true;
        }
        self
    }

    /// Adds a response with a body of one schema.
    fn answers(self, status: u16, description: &str, schema: Value, examples: Map<String, Value>) -> Self {
        self.responds(status, response(description, Map::new(), Some((schema, examples))))
    }

    /// Adds a response without a body.
    fn answers_empty(self, status: u16, description: &str) -> Self {
        self.responds(status, response(description, Map::new(), None))
    }

    fn responds(mut self, status: u16, response: Value) -> Self {
        self.responses.push((status, response));
        self
    }

    /// Adds links to the response that was added last.
    fn links(mut self, links: Value) -> Self {
        if let Some(response) = self.responses.last_mut().and_then(|(_, response)| response.as_object_mut()) {
            response.insert("links".to_owned(), links);
        }
        self
    }

    fn fails<const N: usize>(mut self, errors: [ErrorResponse; N]) -> Self {
        self.own_errors = errors.into();
        self
    }

    const fn becomes_path_of(mut self, allowed: &'static str) -> Self {
        self.dot_segment_allows = Some(allowed);
        self
    }

    const fn static_file(mut self) -> Self {
        self.is_static = true;
        self
    }

    /// Tells whether another method on its path is an error of the API: the platform's 405 has no body, and HEAD has none.
    pub fn has_method_errors(&self) -> bool {
        !self.is_static && self.method != "HEAD"
    }

    /// Returns its errors, apart from another method.
    pub fn errors(&self) -> Vec<ErrorResponse> {
        let mut errors = Vec::new();
        if self.key.is_some() && self.responses.iter().all(|(status, _)| *status != 401) {
            errors.push(UNAUTHORIZED);
        }
        if self.body.is_some() {
            errors.extend([TOO_LARGE, UNSUPPORTED_MEDIA_TYPE]);
        }
        errors.extend(&self.own_errors);
        errors
    }
}
