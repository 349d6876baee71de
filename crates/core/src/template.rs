//! Templates: which one is used for a usage type and a locale, and how a text is rendered. The rendering rules are those
//! of Logto: `{{code}}`, white space inside allowed, unknown names left unchanged, replaced text not rendered again.

use core::cell::Cell;

use crate::locale::find_best;

/// One template of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The name of a usage type. Unknown names are kept, as in Logto.
    pub usage_type: String,
    /// A BCP 47 tag; `None` fits every locale.
    pub locale: Option<String>,
    /// The content.
    pub body: TemplateBody,
}

/// The content of a template: a text of our own, or a reference to one that is registered with the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateBody {
    /// Text with `{{code}}`.
    Text(String),
    /// The text that another server has written, which is sent as it is.
    Verbatim(String),
    /// The provider's id, for mainland China and for everywhere else (often the same).
    Registered {
        /// The id for mainland China.
        china: String,
        /// The id for everywhere else.
        overseas: String,
        /// Its variables in their order, where they have no names.
        parameters: Vec<TemplateParameter>,
    },
    /// A named template in one of its languages (WhatsApp).
    Named {
        /// The name at the provider.
        name: String,
        /// The language, as the provider writes it (`zh_CN`).
        language: String,
    },
}

/// A variable of a registered template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateParameter {
    /// The code.
    Code,
    /// The minutes of validity.
    Minutes,
}

impl TemplateParameter {
    /// Reads `code` or `minutes`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "code" => Some(Self::Code),
            "minutes" => Some(Self::Minutes),
            _ => None,
        }
    }
}

/// Selects the template for a usage type, then for the locale; `Generic` replaces a usage type that has none.
pub fn select_template<'a>(
    templates: &'a [Template],
    usage_type: &str,
    locale: Option<&str>,
) -> Option<&'a Template> {
    let of_type = |name: &str| templates.iter().filter(|t| t.usage_type == name).collect::<Vec<_>>();
    let (wanted, generic) = (of_type(usage_type), of_type("Generic"));
    lookup_locale(&wanted, locale)
        .or_else(|| lookup_locale(&generic, locale))
        .or_else(|| wanted.into_iter().chain(generic).next())
}

/// Finds the best match for the locale, else a template without locale.
fn lookup_locale<'a>(templates: &[&'a Template], locale: Option<&str>) -> Option<&'a Template> {
    let with_locale = templates.iter().filter_map(|template| Some((*template, template.locale.as_deref()?)));
    let best = locale.and_then(|wanted| find_best(wanted, with_locale.clone().map(|(_, own)| own)));
    let matching = best.and_then(|position| with_locale.map(|(template, _)| template).nth(position));
    matching.or_else(|| templates.iter().find(|template| template.locale.is_none()).copied())
}

/// Replaces the names between double braces. `lookup` returns a name's value; `None` leaves the braces unchanged.
pub fn render(text: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let filled = parse_token(after).and_then(|(name, tail)| lookup(name).map(|value| (value, tail)));
        if let Some((value, tail)) = filled {
            out.push_str(&value);
            rest = tail;
        } else {
            // Only one brace is consumed: `{{{code}}` still has a token at its second brace.
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Returns the value of a name in a text; `None` for an unknown one. A dotted path into a value finds nothing and renders
/// empty, as in Logto.
pub fn find_variable(name: &str, code: &str, locale: Option<&str>) -> Option<String> {
    let (root, path) = name.split_once('.').map_or((name, None), |(root, path)| (root, Some(path)));
    let value = match root {
        "code" => Some(code),
        "locale" => locale,
        _ => None,
    };
    value.map(|value| if path.is_some() { String::new() } else { value.to_owned() })
}

/// Parses a token whose first brace has been read: its name and what follows it.
fn parse_token(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?.trim_start_matches(is_space);
    let length = inner.find(|c: char| !is_name(c))?;
    let (name, tail) = inner.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
    tail.trim_start_matches(is_space).strip_prefix("}}").map(|after| (name, after))
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

/// White space of ECMAScript: that of Unicode, with the byte order mark and without NEL.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// Tells whether a text contains `{{code}}`.
pub fn contains_code_placeholder(text: &str) -> bool {
    let found = Cell::new(false);
    render(text, |name| {
        found.set(found.get() || name == "code");
        None
    });
    found.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn template(usage: &str, locale: Option<&str>) -> Template {
        let text = format!("{usage} {locale:?}");
        Template { usage_type: usage.into(), locale: locale.map(Into::into), body: TemplateBody::Text(text) }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn template_parameters_are_read_by_their_exact_names() {
        for (name, parameter) in [
            ("code", Some(TemplateParameter::Code)),
            ("minutes", Some(TemplateParameter::Minutes)),
            ("Code", None),
            ("", None),
        ] {
            assert_eq!(TemplateParameter::parse(name), parameter, "{name:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn select_template_prefers_usage_type_then_locale_then_generic() {
        let templates = [
            template("Generic", None),
            template("Generic", Some("de")),
            template("SignIn", Some("fr")),
            template("SignIn", Some("zh-Hans")),
            template("SignIn", None),
            template("SignIn", None),
            template("Register", Some("en-GB")),
        ];
        for (usage, locale, chosen) in [
            ("SignIn", None, 4),
            ("SignIn", Some("fr"), 2),
            ("SignIn", Some("fr-CA"), 2),
            ("SignIn", Some("FR"), 2),
            ("SignIn", Some("zh-Hans-CN"), 3),
            ("SignIn", Some("zh"), 3),
            ("SignIn", Some("de"), 4),
            ("Register", Some("en-US"), 6),
            ("Register", Some("de"), 1),
            ("Register", None, 0),
            ("BindMfa", Some("de-AT"), 1),
            ("BindMfa", Some("it"), 0),
        ] {
            let selected = select_template(&templates, usage, locale).expect("a template");
            assert_eq!(selected, &templates[chosen], "{usage} {locale:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn select_template_matches_scripts_and_regions() {
        let templates = [
            template("Generic", None),
            template("Generic", Some("zh-CN")),
            template("Generic", Some("zh-TW")),
            template("Generic", Some("es-ES")),
            template("Generic", Some("es-419")),
            template("Generic", Some("he")),
            template("Generic", Some("no")),
        ];
        for (locale, chosen) in [
            ("zh-Hant", 2),
            ("zh-HK", 2),
            ("zh-Hans-HK", 1),
            ("zh", 1),
            ("es-MX", 4),
            ("es", 3),
            ("iw", 5),
            ("nb-NO", 6),
            ("in", 0),
        ] {
            let selected = select_template(&templates, "SignIn", Some(locale));
            assert_eq!(selected, Some(&templates[chosen]), "{locale}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn select_template_uses_another_locale_if_there_is_no_match() {
        let templates = [template("Generic", Some("de")), template("Generic", Some("fr"))];
        assert_eq!(select_template(&templates, "SignIn", Some("it")), Some(&templates[0]));
        assert_eq!(select_template(&[template("SignIn", None)], "Register", None), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn contains_code_placeholder_needs_the_exact_name() {
        assert!(contains_code_placeholder("{{ code }}"));
        for text in ["", "code", "{{Code}}", "{{co-de}}", "{code}", "{{code.length}}"] {
            assert!(!contains_code_placeholder(text), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn render_leaves_incomplete_tokens_unchanged() {
        let render = |text| render(text, |name| (name == "code").then(|| "1".to_owned()));
        assert_eq!(render("{{code"), "{{code");
        assert_eq!(render("{{code }"), "{{code }");
        assert_eq!(render("{{{code}}}"), "{1}");
        assert_eq!(render("{{ {{code}}"), "{{ 1");
        assert_eq!(render("{{"), "{{");
    }
}
