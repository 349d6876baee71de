//! The field table: what a provider's config consists of, in one place for check, form, redaction and sealing.

/// One field of a config.
pub(crate) struct Field {
    /// The key, as in the same connector of Logto.
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) placeholder: &'static str,
    pub(crate) description: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    /// Text that must not be empty even where the field may be left out.
    NonEmpty,
    /// A credential: sealed at rest, never shown.
    Secret,
    /// True or false; absent is false.
    Switch,
    /// An https URL; http only to this machine.
    Url,
    Email,
    /// A host name.
    Host,
    /// An identifier that stands in a URL or a header as it is: letters, digits, `.`, `_` and `-`.
    Id,
    Templates(TemplateRules),
}

/// What a provider's templates are and which Logto demands.
#[derive(Clone, Copy)]
pub(crate) struct TemplateRules {
    pub(crate) shape: Shape,
    /// Whether there must be one for `Generic`.
    pub(crate) generic: bool,
    /// Whether only the nine usage types may occur.
    pub(crate) known_usages: bool,
    /// Whether a text must have a place for the code.
    pub(crate) code: bool,
}

/// What a template holds beside `usageType` and `locale`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `content`: text with `{{code}}`.
    Text,
    /// `templateCode`: a registered id, or `{china, overseas}`.
    Registered,
    /// `templateName` and `language`.
    Named,
}

impl TemplateRules {
    /// The usual rules: `Generic` must be there, a text must hold the code, other usage types are kept.
    pub(crate) const fn of(shape: Shape) -> Self {
        Self { shape, generic: true, known_usages: false, code: true }
    }
}

impl Field {
    /// A required field.
    pub(crate) const fn new(key: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { key, label, kind, required: true, placeholder: "", description: "" }
    }

    /// The templates, under Logto's key.
    pub(crate) const fn templates(rules: TemplateRules) -> Self {
        Self::new("templates", "Templates", Kind::Templates(rules))
    }

    /// May be left out.
    pub(crate) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// An example of a value, for the form.
    pub(crate) const fn placeholder(mut self, text: &'static str) -> Self {
        self.placeholder = text;
        self
    }

    /// One sentence on what it is for.
    pub(crate) const fn description(mut self, text: &'static str) -> Self {
        self.description = text;
        self
    }
}
