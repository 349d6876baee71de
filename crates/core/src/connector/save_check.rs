//! What is checked of templates when a connector is saved. A connector that was stored by hand may break these rules and
//! still sends.

use crate::code::Code;
use crate::error::Issue;
use crate::segments::count_segments;
use crate::template::{Template, TemplateBody, render};
use crate::usage_type::UsageType;

/// The most segments that the text of a template may take.
const MAX_SEGMENTS: usize = 10;

/// Returns every issue of templates that are about to be saved; their paths begin with `templates`.
pub fn check_templates(templates: &[Template]) -> Vec<Issue> {
    templates.iter().enumerate().flat_map(|(index, template)| check_template(index, template)).collect()
}

fn check_template(index: usize, template: &Template) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut add_issue = |name: &str, message: String| {
        issues.push(Issue::new(format!("templates.{index}.{name}"), message));
    };
    if let Some(meant) = UsageType::suggest(&template.usage_type) {
        add_issue("usageType", format!("is not a usage type; did you mean {meant}?"));
    }
    if let TemplateBody::Text(text) = &template.body {
        let code = Code::for_test();
        let message = render(text, |name| (name == "code").then(|| code.as_str().to_owned()));
        if count_segments(&message) > MAX_SEGMENTS {
            add_issue("content", format!("must not take more than {MAX_SEGMENTS} segments"));
        }
        if text.contains(is_bidi_control) {
            add_issue("content", "must not hold bidirectional control characters".to_owned());
        }
    }
    issues
}

/// Characters that make a text look different from what it says (Unicode Standard Annex 9 §2).
const fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn text(usage_type: &str, text: &str) -> Template {
        let body = TemplateBody::Text(text.to_owned());
        Template { usage_type: usage_type.to_owned(), locale: None, body }
    }

    fn paths(templates: &[Template]) -> Vec<String> {
        check_templates(templates).into_iter().map(|issue| issue.path).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_text_takes_at_most_ten_segments() {
        let gsm = "a".repeat(10 * 153 - 6);
        let unicode = "é́".repeat((10 * 67 - 6) / 2);
        for longest in [gsm, unicode] {
            assert!(paths(&[text("Generic", &format!("{longest}{{{{code}}}}"))]).is_empty());
            let longer = format!("{longest}{{{{ code }}}}a");
            assert_eq!(
                paths(&[text("SignIn", "{{code}}"), text("Generic", &longer)]),
                ["templates.1.content"]
            );
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_text_holds_no_bidirectional_control_characters() {
        let controls =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        for c in controls.chars() {
            assert_eq!(
                paths(&[text("Generic", &format!("{{{{code}}}}{c}"))]),
                ["templates.0.content"],
                "{c:?}"
            );
        }
        assert!(paths(&[text("Generic", "קוד: {{code}} رمز 👨\u{200d}👩\u{200c}")]).is_empty());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_misspelt_usage_type_is_refused_with_the_name_that_is_meant() {
        let issues = check_templates(&[text("signin", "{{code}}")]);
        assert_eq!(
            issues,
            [Issue::new("templates.0.usageType", "is not a usage type; did you mean SignIn?")]
        );
        assert!(paths(&[text("Marketing", "{{code}}"), text("SignIn", "{{code}}")]).is_empty());
    }
}
