//! The field table: what a provider's config consists of. Validation, form, redaction and sealing follow from it.

use crate::default_texts::{ENGLISH, TextsByUsageType};

/// One field of a config.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct FieldSpec {
    /// The key, as in the same connector of Logto.
    pub key: &'static str,
    /// The label of the form field.
    pub label: &'static str,
    /// What the field holds.
    pub kind: FieldKind,
    /// Whether the field must be there, and not empty unless `may_be_empty`.
    pub required: bool,
    /// Whether a required text may be empty.
    pub may_be_empty: bool,
    /// An example of a value; empty if there is none.
    pub placeholder: &'static str,
    /// One sentence on what it is for; empty if the label says it all.
    pub description: &'static str,
    /// Whether the text becomes a header as it is, and so must be printable ASCII: every server reads that alike.
    pub is_header: bool,
    /// Whether it names where, or for which account, the secrets are used: these are bound to it.
    pub is_destination: bool,
    /// What a URL's host or a host may be: a name, or `*.` and a name for all below it. Any public host if empty.
    pub hosts: &'static [&'static str],
    /// The form of a text that is not empty, if its kind does not say all.
    pub form: Option<TextForm>,
}

/// A form of texts of one provider.
#[derive(Clone, Copy, Debug)]
pub struct TextForm {
    /// A regular expression (ECMA-262) for the JSON Schema. It agrees with `is_valid`.
    pub pattern: &'static str,
    /// Tells whether a text has the form.
    pub is_valid: fn(&str) -> bool,
    /// The issue of a text that has not, as the rest of a sentence that begins with the field.
    pub message: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// Any text without control characters.
    Text,
    /// Text that must not be empty even where the field may be left out.
    NonEmptyText,
    /// A credential: sealed at rest, never shown.
    Secret,
    /// True or false; absent is false.
    Switch,
    /// An https URL; http only to a local address.
    Url,
    /// An e-mail address.
    Email,
    /// A host name.
    Host,
    /// An identifier that is part of a URL or a header as it is: letters, digits, `.`, `_` and `-`.
    Id,
    /// The templates.
    Templates(TemplateRules),
}

/// What a provider's templates are, and what Logto requires of them.
#[derive(Clone, Copy, Debug)]
pub struct TemplateRules {
    /// The form of the content.
    pub kind: TemplateKind,
    /// Whether there must be one for `Generic`.
    pub requires_generic: bool,
    /// Whether only the nine usage types may occur.
    pub known_usage_types_only: bool,
    /// Whether a text must contain `{{code}}`.
    pub requires_code: bool,
    /// How many there must be at least.
    pub min_count: usize,
    /// The values of the member `type`, which may be left out and is used for nothing; empty if it is not checked.
    pub types: &'static [u64],
    /// The texts with which a form starts, if the config has texts.
    pub default_texts: Option<&'static TextsByUsageType>,
}

/// What a template holds beside `usageType` and `locale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// `content`: a text with `{{code}}`.
    Text,
    /// `templateCode`: a registered id, or `{china, overseas}`.
    Registered,
    /// As `Registered`, with numbered variables, which `parameters` may list.
    Numbered,
    /// `templateName` and `language`.
    Named,
}

impl TemplateRules {
    /// Returns the usual rules: `Generic` is required, a text must contain the code, other usage types are kept.
    pub const fn new(kind: TemplateKind) -> Self {
        Self {
            kind,
            requires_generic: true,
            known_usage_types_only: false,
            requires_code: true,
            min_count: 0,
            types: &[],
            default_texts: if matches!(kind, TemplateKind::Text) { Some(&ENGLISH) } else { None },
        }
    }
}

impl FieldSpec {
    /// Creates a required field.
    pub const fn new(key: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self {
            key,
            label,
            kind,
            required: true,
            may_be_empty: false,
            placeholder: "",
            description: "",
            is_header: false,
            is_destination: false,
            hosts: &[],
            form: None,
        }
    }

    /// Creates the field of the templates, under Logto's key.
    pub const fn templates(rules: TemplateRules) -> Self {
        Self::new("templates", "Templates", FieldKind::Templates(rules))
    }

    /// Makes the field optional.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Lets the required field be empty.
    #[must_use]
    pub const fn may_be_empty(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    /// Sets an example of a value, for the form.
    #[must_use]
    pub const fn placeholder(mut self, text: &'static str) -> Self {
        self.placeholder = text;
        self
    }

    /// Sets one sentence on what the field is for.
    #[must_use]
    pub const fn description(mut self, text: &'static str) -> Self {
        self.description = text;
        self
    }

    /// Makes the text one that becomes a header as it is.
    #[must_use]
    pub const fn header(mut self) -> Self {
        self.is_header = true;
        self
    }

    /// Marks a field that names the destination or the account of the secrets: a URL, a host, an account id.
    #[must_use]
    pub const fn destination(mut self) -> Self {
        self.is_destination = true;
        self
    }

    /// Limits the hosts to those of the provider.
    #[must_use]
    pub const fn hosts(mut self, hosts: &'static [&'static str]) -> Self {
        self.hosts = hosts;
        self
    }

    /// Requires a form of the text.
    #[must_use]
    pub const fn form(mut self, form: TextForm) -> Self {
        self.form = Some(form);
        self
    }

    /// Tells whether the field holds a credential.
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, FieldKind::Secret)
    }
}
