//! The catalogue of connectors as the management API shows it: Logto's factories, derived from the registry.

use serde::Serialize;

use crate::provider::{FieldKind, FieldSpec, REGISTRY, SmsProvider, TemplateKind};
use crate::usage_type::UsageType;

/// A text in two languages.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Phrase {
    /// English.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub en: &'static str,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub zh_cn: &'static str,
}

/// How a provider is presented.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FactorySummary {
    /// Logto's target, for instance `twilio-sms`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub target: &'static str,
    /// Always `Sms`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::always_sms))]
    pub kind: &'static str,
    /// The name.
    pub name: Phrase,
    /// One sentence.
    pub description: Phrase,
    /// The path of the logo, a static file.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^(?:/logos/[a-z-]+\.svg)?$"))]
    pub logo: String,
    /// The path of the logo on a dark background.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^(?:/logos/[a-z-]+\.svg)?$"))]
    pub logo_dark: String,
    /// Always null: Logto's SMS connectors have none, but the member is there.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::always_null, required = true))]
    pub platform: Option<&'static str>,
}

/// A factory: how a provider is presented, and the form of its config.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Factory {
    /// Logto's factory id.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::ConnectorId))]
    pub id: &'static str,
    /// How the provider is presented.
    #[serde(flatten)]
    pub summary: FactorySummary,
    /// The form.
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub form_items: Vec<FormItem>,
    /// The set-up guide in Markdown, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub readme: Option<String>,
}

/// One field of a form.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormItem {
    /// The key in the config.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub key: &'static str,
    /// `Text`, `Switch` or `Json`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::FormItemType))]
    pub kind: &'static str,
    /// The label.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub label: &'static str,
    /// An example of a value.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub placeholder: &'static str,
    /// One sentence on what the field is for.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub description: &'static str,
    /// Whether the field must be there.
    pub required: bool,
    /// Whether the text of a required field may be empty.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub may_be_empty: bool,
    /// Whether the field holds a credential: sealed at rest, redacted in responses.
    pub is_confidential: bool,
    /// `url`, `email`, `host` or `templates`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::FormItemFormat>, nullable = false))]
    pub format: Option<&'static str>,
    /// The rules of the templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub templates: Option<TemplateRulesView>,
    /// What the field starts with in a new config: a text for each usage type, where the provider takes texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_items = 9, max_items = 9))]
    pub default_value: Option<Vec<DefaultTemplate>>,
}

/// A template with which a form starts.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DefaultTemplate {
    /// What it is for.
    pub usage_type: UsageType,
    /// The text, with `{{code}}`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub content: &'static str,
}

/// The rules of a provider's templates.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TemplateRules))]
pub struct TemplateRulesView {
    /// `text`: `content`. `registered`: `templateCode`. `named`: `templateName` and `language`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::TemplateShape))]
    pub shape: &'static str,
    /// Whether there must be one for `Generic`.
    pub generic: bool,
    /// Whether only the nine usage types may occur.
    pub known_usages: bool,
}

/// Lists every factory.
pub fn list_factories() -> Vec<Factory> {
    REGISTRY.into_iter().map(Factory::new).collect()
}

impl FactorySummary {
    /// Describes a provider.
    pub fn new(provider: &dyn SmsProvider) -> Self {
        let metadata = provider.metadata();
        let phrase = |[en, zh_cn]: [&'static str; 2]| Phrase { en, zh_cn };
        Self {
            target: metadata.target,
            kind: "Sms",
            name: phrase(metadata.name),
            description: phrase(metadata.description),
            logo: format!("/logos/{}.svg", provider.id()),
            logo_dark: format!("/logos/{}-dark.svg", provider.id()),
            platform: None,
        }
    }

    /// Describes a stored connector whose provider is not known.
    pub(super) const fn unreadable() -> Self {
        Self {
            target: "unknown",
            kind: "Sms",
            name: Phrase { en: "Unreadable connector", zh_cn: "无法读取的连接器" },
            description: Phrase {
                en: "What is stored is no connector.", zh_cn: "存储的内容不是连接器。"
            },
            logo: String::new(),
            logo_dark: String::new(),
            platform: None,
        }
    }
}

impl Factory {
    /// Describes a provider and its form.
    pub fn new(provider: &dyn SmsProvider) -> Self {
        Self {
            id: provider.id(),
            summary: FactorySummary::new(provider),
            form_items: provider.fields().iter().map(FormItem::new).collect(),
            readme: None,
        }
    }
}

impl FormItem {
    fn new(field: &FieldSpec) -> Self {
        let (kind, format) = match field.kind {
            FieldKind::Switch => ("Switch", None),
            FieldKind::Templates(_) => ("Json", Some("templates")),
            FieldKind::Url => ("Text", Some("url")),
            FieldKind::Email => ("Text", Some("email")),
            FieldKind::Host => ("Text", Some("host")),
            FieldKind::Text | FieldKind::NonEmptyText | FieldKind::Secret | FieldKind::Id => ("Text", None),
        };
        Self {
            key: field.key,
            kind,
            label: field.label,
            placeholder: field.placeholder,
            description: field.description,
            required: field.required,
            may_be_empty: field.may_be_empty,
            is_confidential: field.is_secret(),
            format,
            templates: template_rules(field),
            default_value: default_templates(field),
        }
    }
}

fn template_rules(field: &FieldSpec) -> Option<TemplateRulesView> {
    let FieldKind::Templates(rules) = field.kind else { return None };
    let shape = match rules.kind {
        TemplateKind::Text => "text",
        TemplateKind::Registered | TemplateKind::Numbered => "registered",
        TemplateKind::Named => "named",
    };
    Some(TemplateRulesView {
        shape,
        generic: rules.requires_generic,
        known_usages: rules.known_usage_types_only,
    })
}

fn default_templates(field: &FieldSpec) -> Option<Vec<DefaultTemplate>> {
    let FieldKind::Templates(rules) = field.kind else { return None };
    let texts = rules.default_texts?;
    let pairs = UsageType::ALL.into_iter().zip(texts);
    Some(pairs.map(|(usage_type, content)| DefaultTemplate { usage_type, content }).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::connector::check_templates;
    use crate::provider::find_provider;

    fn factory(id: &str) -> Value {
        serde_json::to_value(Factory::new(find_provider(id).expect(id))).expect("a JSON form")
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn list_factories_has_one_factory_for_each_provider() {
        let ids: Vec<_> = list_factories().into_iter().map(|factory| factory.id).collect();
        assert_eq!(ids, REGISTRY.map(SmsProvider::id));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_factory_describes_its_provider_and_its_form() {
        assert_eq!(
            factory("http-sms"),
            json!({
                "id": "http-sms",
                "target": "http-sms",
                "type": "Sms",
                "name": { "en": "HTTP endpoint", "zh-CN": "HTTP 接口" },
                "description": {
                    "en": "Posts the code to an endpoint of your own.",
                    "zh-CN": "把验证码发送到您自己的接口。",
                },
                "logo": "/logos/http-sms.svg",
                "logoDark": "/logos/http-sms-dark.svg",
                "platform": null,
                "formItems": [
                    {
                        "key": "endpoint",
                        "type": "Text",
                        "label": "Endpoint",
                        "placeholder": "https://example.com/send-sms",
                        "required": true,
                        "isConfidential": false,
                        "format": "url",
                    },
                    {
                        "key": "authorization",
                        "type": "Text",
                        "label": "Authorization header",
                        "placeholder": "Bearer …",
                        "description": "Sent unchanged, so that your endpoint can recognize the request.",
                        "required": false,
                        "isConfidential": true,
                    },
                ],
            })
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn form_items_name_the_rules_of_templates() {
        for (id, rules) in [
            (
                "twilio-short-message-service",
                json!({ "shape": "text", "generic": true, "knownUsages": false }),
            ),
            ("smsbao-sms", json!({ "shape": "text", "generic": false, "knownUsages": true })),
            (
                "aliyun-short-message-service",
                json!({ "shape": "registered", "generic": true, "knownUsages": false }),
            ),
            (
                "whatsapp-short-message-service",
                json!({ "shape": "named", "generic": true, "knownUsages": false }),
            ),
        ] {
            let form = factory(id)["formItems"].clone();
            let items = form.as_array().expect("a list");
            let item = items.iter().find(|item| item["key"] == "templates").expect("templates");
            assert_eq!((&item["type"], &item["format"]), (&json!("Json"), &json!("templates")), "{id}");
            assert_eq!(item["templates"], rules, "{id}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn templates_start_with_a_valid_text_for_each_usage_type_in_the_providers_language() {
        for (id, word) in [
            ("twilio-short-message-service", "sign-in"),
            ("mock-short-message-service", "sign-in"),
            ("yunpian-sms", "登录"),
            ("smsbao-sms", "登录"),
        ] {
            let form = factory(id)["formItems"].clone();
            let item = form.as_array().and_then(|items| items.last()).expect("templates");
            let templates = item["defaultValue"].as_array().expect("templates");
            let usage_types: Vec<_> =
                templates.iter().map(|template| template["usageType"].clone()).collect();
            assert_eq!(usage_types, UsageType::ALL.map(|usage_type| json!(usage_type)), "{id}");
            assert!(templates[0]["content"].as_str().is_some_and(|text| text.contains(word)), "{id}");
            let issues = check_templates(find_provider(id).expect(id), &json!({ "templates": templates }));
            assert_eq!(issues, [], "{id}");
        }
        let form = factory("aliyun-short-message-service")["formItems"].clone();
        assert!(form.as_array().expect("a list").iter().all(|item| item.get("defaultValue").is_none()));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn form_items_have_a_kind_and_format_for_every_kind_of_field() {
        for (kind, expected) in [
            (FieldKind::Text, ("Text", None)),
            (FieldKind::NonEmptyText, ("Text", None)),
            (FieldKind::Id, ("Text", None)),
            (FieldKind::Secret, ("Text", None)),
            (FieldKind::Switch, ("Switch", None)),
            (FieldKind::Url, ("Text", Some("url"))),
            (FieldKind::Email, ("Text", Some("email"))),
            (FieldKind::Host, ("Text", Some("host"))),
        ] {
            let item = FormItem::new(&FieldSpec::new("key", "Label", kind));
            assert_eq!((item.kind, item.format), expected, "{kind:?}");
            assert_eq!(item.is_confidential, matches!(kind, FieldKind::Secret));
            assert!(item.templates.is_none());
        }
    }
}
