//! Language tags (BCP 47): their shape, and which of some serves a reader best, by CLDR's language matching
//! (UTS #35, <https://www.unicode.org/reports/tr35/tr35.html#LanguageMatching>). The table is generated from CLDR by
//! `scripts/generate/locales.mjs`, where its form is described.

const TABLE: &str = include_str!("../data/locales.txt");
/// The distance of a script that readers of the language need not know: still better than another language.
const OTHER_SCRIPT: u32 = 500;
/// The distance between Latin and Cyrillic where readers know both.
const FAMILIAR_SCRIPT: u32 = 50;
const DIGRAPHIC_LANGUAGES: [&str; 3] = ["sr", "bs", "hr"];
/// Variants that others follow, and that are therefore preferred among equally distant ones.
const MODELS: [(&str, &str); 6] =
    [("en", "US"), ("en", "GB"), ("es", "ES"), ("es", "419"), ("pt", "BR"), ("pt", "PT")];

/// Tells whether a text has the shape of a BCP 47 tag (RFC 5646 §2.1) of at most 35 characters: subtags of up to 8
/// letters and digits, the first of letters only.
pub fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    text.len() <= 35
        && (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Finds the position of the tag that serves a reader of `wanted` best: the same tag, else the nearest by distance, the
/// first of equals. `None` if the reader cannot be expected to understand any of them.
pub fn find_best<'a>(wanted: &str, offered: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let same = offered.clone().position(|tag| tag.eq_ignore_ascii_case(wanted));
    same.or_else(|| {
        let wanted = Locale::parse(wanted)?;
        offered
            .enumerate()
            .filter_map(|(position, tag)| Some((wanted.distance(&Locale::parse(tag)?)?, position)))
            .min()
            .map(|(_, position)| position)
    })
}

/// A language with its script and region, the likely ones where the tag names none; empty where the table knows none.
#[derive(Debug, PartialEq, Eq)]
struct Locale {
    language: String,
    script: String,
    region: String,
}

impl Locale {
    /// Parses a tag. Deprecated codes are replaced; variants, extensions and private subtags do not count. Returns `None`
    /// if the tag does not begin with a language of two or three letters.
    fn parse(tag: &str) -> Option<Self> {
        let mut subtags = tag.split(['-', '_']).take_while(|subtag| subtag.len() > 1).peekable();
        let first = subtags.next().filter(|subtag| is_letters(subtag, 2) || is_letters(subtag, 3))?;
        // An extended language subtag stands for itself: zh-yue is yue (RFC 5646 §4.5).
        let language = subtags.next_if(|subtag| is_letters(subtag, 3)).unwrap_or(first).to_ascii_lowercase();
        let mut locale = Self { language, script: String::new(), region: String::new() };
        for subtag in subtags {
            if locale.script.is_empty() && locale.region.is_empty() && is_letters(subtag, 4) {
                locale.script = title_case(subtag);
            } else if locale.region.is_empty() && is_region(subtag) {
                locale.region = subtag.to_ascii_uppercase().replace("UK", "GB");
            }
        }
        locale.replace_deprecated_language();
        locale.add_likely_subtags();
        Some(locale)
    }

    fn replace_deprecated_language(&mut self) {
        let mut aliases = table_line(0).split(' ').filter_map(|alias| alias.split_once('='));
        if let Some((_, current)) = aliases.find(|(deprecated, _)| *deprecated == self.language) {
            let (language, script) = current.split_once('-').unwrap_or((current, ""));
            language.clone_into(&mut self.language);
            if self.script.is_empty() {
                script.clone_into(&mut self.script);
            }
        }
    }

    fn add_likely_subtags(&mut self) {
        let usual = find_entry(&self.language, ':', |_, _| true).unwrap_or_default();
        if self.script.is_empty() {
            let by_region = find_entry(&self.language, '+', |_, regions| contains(regions, &self.region));
            by_region.unwrap_or(usual).0.clone_into(&mut self.script);
        }
        if self.region.is_empty() {
            let by_script = find_entry(&self.language, '!', |script, _| script == self.script)
                .filter(|_| self.script != usual.0);
            by_script.unwrap_or(usual).1.clone_into(&mut self.region);
        }
    }

    /// Returns ten times CLDR's distance from what is wanted to what is offered, less 1 for the usual variant of a
    /// language; `None` for another language that the reader need not understand.
    fn distance(&self, offered: &Self) -> Option<u32> {
        let language =
            if self.language == offered.language { 0 } else { self.language_distance(offered)? * 10 };
        Some(language + self.script_distance(offered) + self.region_distance(offered))
    }

    fn language_distance(&self, offered: &Self) -> Option<u32> {
        table_line(1).split(' ').find_map(|pair| {
            let (wanted, rest) = pair.split_once(['=', '>'])?;
            let (other, distance) = rest.split_at_checked(rest.find(|c: char| c.is_ascii_digit())?)?;
            let is_pair = wanted == self.language && other == offered.language;
            let is_reverse = pair.contains('=') && other == self.language && wanted == offered.language;
            if is_pair || is_reverse { distance.parse().ok() } else { None }
        })
    }

    fn script_distance(&self, offered: &Self) -> u32 {
        if self.script == offered.script {
            0
        } else if DIGRAPHIC_LANGUAGES.contains(&offered.language.as_str()) {
            FAMILIAR_SCRIPT
        } else {
            OTHER_SCRIPT
        }
    }

    /// CLDR: 4 within a group of regions and between two others, 5 across; 3 from other English to that of Britain.
    fn region_distance(&self, offered: &Self) -> u32 {
        if self.region == offered.region {
            return 0;
        }
        let groups = table_line(2).split(' ').filter_map(|group| group.split_once(':'));
        let group = groups
            .filter(|(languages, _)| contains(languages, &offered.language))
            .map(|(_, regions)| regions)
            .next()
            .unwrap_or_default();
        let (is_wanted_inside, is_offered_inside) =
            (contains(group, &self.region), contains(group, &offered.region));
        // CLDR's group of Hong Kong and Macau is one of readers of Traditional Chinese.
        let has_group = offered.language != "zh" || offered.script == "Hant";
        let is_british = offered.language == "en" && offered.region == "GB" && !is_wanted_inside;
        let distance = if is_british {
            30
        } else if has_group && is_wanted_inside != is_offered_inside {
            50
        } else {
            40
        };
        distance - u32::from(offered.is_usual_variant())
    }

    fn is_usual_variant(&self) -> bool {
        let is_own = |script: &str, region: &str| script == self.script && region == self.region;
        MODELS.contains(&(&self.language, &self.region))
            || [':', '!'].iter().any(|kind| find_entry(&self.language, *kind, is_own).is_some())
    }
}

fn table_line(index: usize) -> &'static str {
    TABLE.lines().nth(index).unwrap_or_default()
}

/// Finds the first entry of a language and a kind (`:`, `+` or `!`) that passes: its script and its value.
fn find_entry(
    language: &str,
    kind: char,
    passes: impl Fn(&str, &str) -> bool,
) -> Option<(&'static str, &'static str)> {
    TABLE.lines().skip(3).find_map(|line| {
        let (script, entries) = line.split_once(' ')?;
        let entries = entries.split(' ').filter_map(|entry| entry.split_once(kind));
        entries
            .filter(|(name, value)| *name == language && passes(script, value))
            .map(|(_, value)| (script, value))
            .next()
    })
}

fn contains(list: &str, wanted: &str) -> bool {
    list.split(',').any(|entry| entry == wanted)
}

fn is_letters(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_region(text: &str) -> bool {
    is_letters(text, 2) || (text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn title_case(text: &str) -> String {
    let mut text = text.to_ascii_lowercase();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn is_language_tag_accepts_well_formed_tags() {
        let longest = "de-12345678-12345678-12345678-12345";
        assert_eq!(longest.len(), 35);
        for tag in ["en", "zh-CN", "zh-Hant-TW", "es-419", "sl-rozaj-biske-1994", "ABCDEFGH", longest] {
            assert!(is_language_tag(tag), "{tag}");
        }
        let too_long = format!("{longest}6");
        for text in [
            "",
            "e",
            "-",
            "en-",
            "-en",
            "en--US",
            "en_US",
            "e1",
            "1en",
            "abcdefghi",
            "en-123456789",
            "en-é",
            "en ",
            &too_long,
        ] {
            assert!(!is_language_tag(text), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn find_best_matches_every_judged_pair() {
        let pairs = include_str!("../../../tests/vectors/locale-pairs.tsv");
        let mut count = 0;
        for line in pairs.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let [wanted, offered, expected] = columns[..] else { panic!("three columns: {line}") };
            let offered: Vec<&str> = offered.split(' ').collect();
            let best = find_best(wanted, offered.iter().copied()).map_or("-", |position| offered[position]);
            assert_eq!(best, expected, "{wanted} of {offered:?}");
            count += 1;
        }
        assert_eq!(count, 78);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn find_best_prefers_the_same_tag_then_the_first_of_equals() {
        let best = |wanted, offered: &[&str]| find_best(wanted, offered.iter().copied());
        assert_eq!(best("zh-TW", &["zh-Hant", "ZH-tw"]), Some(1));
        assert_eq!(best("zh-Hant-TW", &["zh-TW", "zh-Hant"]), Some(0));
        assert_eq!(best("abcdefgh", &["en", "abcdefgh"]), Some(1), "no language, yet the same tag");
        assert_eq!(best("abcdefgh", &["en"]), None);
        assert_eq!(best("tlh-Latn", &["en", "tlh"]), Some(1), "a language that CLDR does not cover");
        assert_eq!(best("en", &[]), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_adds_likely_subtags() {
        let parse =
            |tag| Locale::parse(tag).map(|locale| [locale.language, locale.script, locale.region].join("-"));
        for (tag, expected) in [
            ("en", "en-Latn-US"),
            ("en-uk", "en-Latn-GB"),
            ("zh-hk", "zh-Hant-HK"),
            ("ZH-HANT", "zh-Hant-TW"),
            ("zh-yue-HK", "yue-Hant-HK"),
            ("zh-cmn-Hans-CN", "zh-Hans-CN"),
            ("iw-IL", "he-Hebr-IL"),
            ("sh", "sr-Latn-RS"),
            ("sr-Latn-ME", "sr-Latn-ME"),
            ("es-419", "es-Latn-419"),
            ("sl-rozaj-biske-1994", "sl-Latn-SI"),
            ("de-u-co-phonebk", "de-Latn-DE"),
        ] {
            assert_eq!(parse(tag).as_deref(), Some(expected), "{tag}");
        }
        for tag in ["", "x-private", "i-klingon", "abcd", "e1"] {
            assert_eq!(parse(tag), None, "{tag:?}");
        }
    }
}
