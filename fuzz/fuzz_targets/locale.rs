//! Language tags, and the template that is selected by one. The first line is the tag that is asked for, each other line
//! that of a template.
#![no_main]

use edge_otp_core::locale::{find_best, is_language_tag};
use edge_otp_core::template::{Template, TemplateBody, select_template};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut tags = text.split('\n');
    let wanted = tags.next().unwrap_or_default();
    if is_language_tag(wanted) {
        assert!(
            wanted.len() <= 35 && wanted.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        );
        assert_eq!(find_best(wanted, core::iter::once(wanted)), Some(0), "a tag serves its own readers");
    }
    let template = |tag: &str| Template {
        usage_type: "Generic".to_owned(),
        locale: (!tag.is_empty()).then(|| tag.to_owned()),
        body: TemplateBody::Text("{{code}}".to_owned()),
    };
    let templates: Vec<_> = tags.map(template).collect();
    let selected = select_template(&templates, "SignIn", Some(wanted));
    assert_eq!(selected.is_some(), !templates.is_empty(), "Generic serves every usage type and locale");
    let is_wanted =
        |template: &Template| template.locale.as_deref().is_some_and(|tag| tag.eq_ignore_ascii_case(wanted));
    assert_eq!(selected.is_some_and(is_wanted), templates.iter().any(is_wanted), "an exact match wins");
});
