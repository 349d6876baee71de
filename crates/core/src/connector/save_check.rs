//! What is checked of templates when a connector is saved. A connector that was stored by hand may break these rules and
//! still sends.

use serde_json::Value;

use crate::code::Code;
use crate::error::Issue;
use crate::provider::{FieldKind, SmsProvider, TemplateKind};
use crate::segments::count_segments;
use crate::template::render;
use crate::usage_type::UsageType;

/// The most segments that the text of a template may take.
const MAX_SEGMENTS: usize = 10;

/// Returns every issue of the templates in a config that is about to be saved. The config may have other issues, so that
/// all of them can be shown at once.
pub fn check_templates(provider: &dyn SmsProvider, config: &Value) -> Vec<Issue> {
    let mut issues = Vec::new();
    for field in provider.fields() {
        let FieldKind::Templates(rules) = field.kind else { continue };
        let items = config.get(field.key).and_then(Value::as_array).into_iter().flatten();
        for (index, item) in items.enumerate() {
            check_template(&format!("{}.{index}", field.key), rules.kind, item, &mut issues);
        }
    }
    issues
}

fn check_template(path: &str, kind: TemplateKind, item: &Value, issues: &mut Vec<Issue>) {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let mut add_issue = |name: &str, message: String| {
        issues.push(Issue::new(format!("{path}.{name}"), message));
    };
    if let Some(meant) = text("usageType").and_then(UsageType::suggest) {
        add_issue("usageType", format!("is not a usage type; did you mean {meant}?"));
    }
    if let Some(text) = text("content").filter(|_| kind == TemplateKind::Text) {
        let code = Code::for_test();
        let message = render(text, |name| (name == "code").then(|| code.as_str().to_owned()));
        if count_segments(&message) > MAX_SEGMENTS {
            add_issue("content", format!("must not take more than {MAX_SEGMENTS} segments"));
        }
        if text.contains(is_bidi_control) {
            add_issue("content", "must not hold bidirectional control characters".to_owned());
        }
    }
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
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::provider::find_provider;

    fn text(usage_type: &str, text: &str) -> Value {
        json!({ "usageType": usage_type, "content": text })
    }

    fn check(templates: &[Value]) -> Vec<Issue> {
        let provider = find_provider("twilio-short-message-service").expect("a provider");
        check_templates(provider, &json!({ "templates": templates }))
    }

    fn paths(templates: &[Value]) -> Vec<String> {
        check(templates).into_iter().map(|issue| issue.path).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_templates_keeps_the_index_behind_templates_that_cannot_be_read() {
        let texts = [json!({ "usageType": "SignIn" }), json!(1), text("signin", "{{code}}")];
        assert_eq!(paths(&texts), ["templates.2.usageType"]);
        let provider = find_provider("twilio-short-message-service").expect("a provider");
        for config in [json!(null), json!({}), json!({ "templates": "x" })] {
            assert_eq!(check_templates(provider, &config), [], "{config}");
        }
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
        let issues = check(&[text("signin", "{{code}}")]);
        assert_eq!(
            issues,
            [Issue::new("templates.0.usageType", "is not a usage type; did you mean SignIn?")]
        );
        assert!(paths(&[text("Marketing", "{{code}}"), text("SignIn", "{{code}}")]).is_empty());
    }
}
