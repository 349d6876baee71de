//! One message to one phone number.

use crate::code::Code;
use crate::phone::PhoneNumber;
use crate::template::{Template, TemplateBody, TemplateParameter, find_variable, render};
use crate::usage_type::UsageType;

/// Everything that a provider may know of a message.
#[derive(Debug)]
pub struct Message<'a> {
    /// The recipient.
    pub to: &'a PhoneNumber,
    /// What the code is for.
    pub usage_type: UsageType,
    /// The code.
    pub code: &'a Code,
    /// The language tag (BCP 47) of the request.
    pub locale: Option<&'a str>,
    /// The end user's IP address, for receivers that limit by it.
    pub ip: Option<&'a str>,
    /// `None` only for providers that have no templates.
    pub template: Option<&'a Template>,
}

impl<'a> Message<'a> {
    /// Renders the text; empty if the template is not a text.
    pub fn text(&self) -> String {
        match self.template.map(|template| &template.body) {
            Some(TemplateBody::Text(text)) => {
                render(text, |name| find_variable(name, self.code.as_str(), self.locale))
            }
            Some(TemplateBody::Verbatim(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// Returns the id of the registered template for the recipient's region; empty if the template is not registered.
    pub fn registered_template_id(&self) -> &'a str {
        match self.template.map(|template| &template.body) {
            Some(TemplateBody::Registered { china, overseas, .. }) => {
                if self.to.china_mobile_number().is_some() { china } else { overseas }
            }
            _ => "",
        }
    }

    /// Returns the variables of the registered template in their order; none if the template is not registered.
    pub fn registered_parameters(&self) -> &'a [TemplateParameter] {
        match self.template.map(|template| &template.body) {
            Some(TemplateBody::Registered { parameters, .. }) => parameters,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// Returns text, id of the registered template and debug form of a message with this template.
    fn describe(phone: &str, body: Option<TemplateBody>) -> [String; 3] {
        let (to, code) = (PhoneNumber::parse(phone).expect(phone), Code::parse("123456").expect("digits"));
        let template = body.map(|body| Template { usage_type: "Generic".to_owned(), locale: None, body });
        let message = Message {
            to: &to,
            usage_type: UsageType::Generic,
            code: &code,
            locale: Some("de"),
            ip: None,
            template: template.as_ref(),
        };
        [message.text(), message.registered_template_id().to_owned(), format!("{message:?}")]
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn text_replaces_code_and_locale() {
        let text = |text: &str| {
            let [text, id, _] = describe("+14155550123", Some(TemplateBody::Text(text.to_owned())));
            assert_eq!(id, "", "a text is not registered");
            text
        };
        assert_eq!(text("{{code}} {{ locale }}"), "123456 de");
        assert_eq!(text("{{code.length}}{{locale.x}}|{{other}}"), "|{{other}}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn registered_template_id_follows_the_region_of_the_recipient() {
        for (phone, expected) in [("+8613800138000", "C"), ("+14155550123", "O"), ("+85251234567", "O")] {
            let body = TemplateBody::Registered {
                china: "C".to_owned(),
                overseas: "O".to_owned(),
                parameters: vec![TemplateParameter::Code],
            };
            let [text, id, _] = describe(phone, Some(body));
            assert_eq!((text.as_str(), id.as_str()), ("", expected), "{phone}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_message_without_template_is_empty_and_its_debug_form_shows_nothing() {
        let [text, id, debug] = describe("+14155550123", None);
        assert_eq!((text.as_str(), id.as_str()), ("", ""));
        assert!(!debug.contains("123456") && !debug.contains("4155550123"), "{debug}");
    }
}
