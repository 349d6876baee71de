//! Templates: which one serves a usage type and a locale, and how a text is filled in. The rendering rules are
//! Logto's (`{{code}}`, spaces inside allowed, unknown names left as they stand, no second round).

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::split_last;

/// One template of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// A usage type's name. Logto keeps names it does not know, so do we.
    pub(crate) usage: String,
    /// A BCP 47 tag; None serves every locale.
    pub(crate) locale: Option<String>,
    pub(crate) body: TemplateBody,
}

/// What a template is: our own text, or a text that is registered with the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TemplateBody {
    /// Text with `{{code}}`.
    Text(String),
    /// The provider's id, for mainland China and for everywhere else (often the same).
    Registered { china: String, overseas: String },
    /// A named template in one of its languages (WhatsApp).
    Named { name: String, language: String },
}

/// Picks the template for a usage type, then the locale; `Generic` stands in for a missing type.
pub(crate) fn choose<'a>(
    templates: &'a [Template],
    usage: &str,
    locale: Option<&str>,
) -> Option<&'a Template> {
    let of = |usage: &str| templates.iter().filter(|t| t.usage == usage).collect::<Vec<_>>();
    let (wanted, generic) = (of(usage), of("Generic"));
    by_locale(&wanted, locale)
        .or_else(|| by_locale(&generic, locale))
        .or_else(|| wanted.into_iter().chain(generic).next())
}

/// The best match for the locale (RFC 4647 §3.4: the tag, then ever shorter ones; then any tag of the same
/// language), else a template without locale.
fn by_locale<'a>(templates: &[&'a Template], locale: Option<&str>) -> Option<&'a Template> {
    let with = |tag: &str| {
        templates.iter().find(|t| t.locale.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(tag)))
    };
    let mut tag = locale;
    while let Some(range) = tag {
        if let Some(template) = with(range) {
            return Some(template);
        }
        tag = split_last(range, '-').0;
    }
    let same_language = |template: &&&Template| {
        template.locale.as_deref().zip(locale).is_some_and(|(own, wanted)| language(own) == language(wanted))
    };
    templates.iter().find(same_language).or_else(|| templates.iter().find(|t| t.locale.is_none())).copied()
}

fn language(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// Fills in the names between double braces. `lookup` gives a name's value; None leaves the braces as they stand.
pub(crate) fn render(text: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let filled = token(after).and_then(|(name, tail)| lookup(name).map(|value| (value, tail)));
        if let Some((value, tail)) = filled {
            out.push_str(&value);
            rest = tail;
        } else {
            // One brace only: `{{{code}}` still holds a token at its second brace.
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// A token whose first brace has been read: its name and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?.trim_start_matches(is_space);
    let length = inner.find(|c: char| !is_name(c))?;
    let (name, tail) = inner.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
    tail.trim_start_matches(is_space).strip_prefix("}}").map(|after| (name, after))
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

/// ECMAScript's white space: Unicode's, with the byte order mark and without NEL.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// Whether the text has a place for the code.
pub(crate) fn holds_code(text: &str) -> bool {
    let found = core::cell::Cell::new(false);
    render(text, |name| {
        found.set(found.get() || name == "code");
        None
    });
    found.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn template(usage: &str, locale: Option<&str>) -> Template {
        let text = format!("{usage} {locale:?}");
        Template { usage: usage.into(), locale: locale.map(Into::into), body: TemplateBody::Text(text) }
    }

    #[test]
    fn usage_type_first_then_locale_then_generic() {
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
            let picked = choose(&templates, usage, locale).expect("one fits");
            assert_eq!(picked, &templates[chosen], "{usage} {locale:?}");
        }
    }

    #[test]
    fn a_type_that_has_only_other_locales_still_gets_a_text() {
        let templates = [template("Generic", Some("de")), template("Generic", Some("fr"))];
        assert_eq!(choose(&templates, "SignIn", Some("it")), Some(&templates[0]));
        assert_eq!(choose(&[template("SignIn", None)], "Register", None), None);
    }

    #[test]
    fn a_template_must_have_a_place_for_the_code() {
        assert!(holds_code("{{ code }}"));
        for text in ["", "code", "{{Code}}", "{{co-de}}", "{code}", "{{code.length}}"] {
            assert!(!holds_code(text), "{text:?}");
        }
    }

    #[test]
    fn unfinished_tokens_are_text() {
        let render = |text| render(text, |name| (name == "code").then(|| "1".to_owned()));
        assert_eq!(render("{{code"), "{{code");
        assert_eq!(render("{{code }"), "{{code }");
        assert_eq!(render("{{{code}}}"), "{1}");
        assert_eq!(render("{{ {{code}}"), "{{ 1");
        assert_eq!(render("{{"), "{{");
    }
}
