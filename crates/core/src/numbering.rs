//! The numbering plans: what the leading digits and the length of a number tell. The table is generated from
//! libphonenumber's metadata by `scripts/generate/numbers.mjs`, where its form is described. It never tells that a number
//! is in use: a check for that would refuse ranges assigned since.

use crate::phone::PhoneNumber;

const TABLE: &str = include_str!("../data/numbers.txt");
const ZEROS: &str = "000000000000000";

/// What kind of service answers a number that is no ordinary one. Nobody reads a code there, or each message costs extra.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// The caller pays more than for an ordinary number.
    Premium,
    /// The cost is shared between both sides.
    SharedCost,
    /// The called side pays.
    TollFree,
    /// A number that follows a person (UK 070, +878).
    Personal,
    /// A universal access number of an organization.
    Uan,
    /// Satellite networks (+870, +881).
    Satellite,
    /// International networks of no country (+882, +883).
    InternationalNetworks,
}

impl ServiceKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Premium,
        Self::SharedCost,
        Self::TollFree,
        Self::Personal,
        Self::Uan,
        Self::Satellite,
        Self::InternationalNetworks,
    ];

    /// Returns the name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Premium => "premium",
            Self::SharedCost => "shared_cost",
            Self::TollFree => "toll_free",
            Self::Personal => "personal",
            Self::Uan => "uan",
            Self::Satellite => "satellite",
            Self::InternationalNetworks => "international_networks",
        }
    }

    fn from_label(label: &str) -> Option<Self> {
        Some(match label {
            "p" => Self::Premium,
            "s" => Self::SharedCost,
            "f" => Self::TollFree,
            "n" => Self::Personal,
            "u" => Self::Uan,
            "t" => Self::Satellite,
            "i" => Self::InternationalNetworks,
            _ => return None,
        })
    }
}

/// Why no ordinary number of a country has this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// The trunk prefix 0, dialled inside the country only, was left in.
    TrunkZero,
    /// No number of the country that can get messages has this length.
    ImpossibleLength,
}

/// A number as its numbering plan divides it.
#[derive(Clone, Debug)]
pub struct PlannedNumber<'a> {
    calling_code: &'static str,
    national: &'a str,
    /// The country that no prefix names; `ZZ` if there is none.
    main_country: &'static str,
    /// Hex digits.
    lengths: &'static str,
    starts_with_zero: bool,
    /// Not `0`; empty if there is no other.
    trunk_prefix: &'static str,
    /// The groups of prefixes, separated by spaces.
    groups: &'static str,
}

impl<'a> PlannedNumber<'a> {
    /// Finds the plan of a number; `None` if no plan has its calling code.
    pub fn new(phone: &'a PhoneNumber) -> Option<Self> {
        TABLE.lines().find_map(|line| Self::from_line(line, phone.digits()))
    }

    fn from_line(line: &'static str, digits: &'a str) -> Option<Self> {
        let (calling_code, plan) = line.split_at_checked(line.find(|c: char| !c.is_ascii_digit())?)?;
        let national = digits.strip_prefix(calling_code)?;
        let (head, groups) = plan.split_once(' ').unwrap_or((plan, ""));
        let (main_country, form) = head.split_at_checked(2)?;
        let (lengths, trunk_prefix) = form.split_once('/').unwrap_or((form, ""));
        Some(Self {
            calling_code,
            national,
            main_country,
            lengths: lengths.trim_end_matches('z'),
            starts_with_zero: lengths.ends_with('z'),
            trunk_prefix,
            groups,
        })
    }

    /// Returns the calling code without its plus.
    pub const fn calling_code(&self) -> &'static str {
        self.calling_code
    }

    /// Returns how many digits follow the calling code.
    pub const fn national_length(&self) -> usize {
        self.national.len()
    }

    /// Returns the ISO 3166-1 alpha-2 code of the country, `XK` for Kosovo; `None` for calling codes of no country.
    /// Numbers in unassigned ranges are those of the country that the calling code mainly serves.
    pub fn country(&self) -> Option<&'static str> {
        let named = self.longest_match(|label| label.starts_with(|c: char| c.is_ascii_uppercase()));
        Some(named.unwrap_or(self.main_country)).filter(|iso| *iso != "ZZ")
    }

    /// Returns the kind of service, if the number is no ordinary one.
    pub fn service(&self) -> Option<ServiceKind> {
        self.longest_match(|label| label.starts_with(|c: char| c.is_ascii_lowercase()))
            .and_then(ServiceKind::from_label)
    }

    /// Checks whether an ordinary number of the plan can have this form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_form(&self) -> Result<(), FormError> {
        if self.national.starts_with('0') && !self.starts_with_zero {
            return Err(FormError::TrunkZero);
        }
        if self.has_possible_length() { Ok(()) } else { Err(FormError::ImpossibleLength) }
    }

    /// Returns the digits after the calling code without which the number would pass [`Self::check_form`]: a trunk
    /// prefix.
    pub fn removable_prefix(&self) -> Option<&'static str> {
        let significant = self.national.trim_start_matches('0').len();
        let zeros = ZEROS.get(..self.national.len().saturating_sub(significant)).unwrap_or_default();
        [self.trunk_prefix, zeros].into_iter().filter(|prefix| !prefix.is_empty()).find(|prefix| {
            let rest = self.national.strip_prefix(prefix);
            rest.is_some_and(|national| Self { national, ..self.clone() }.check_form().is_ok())
        })
    }

    /// Returns the lengths of the plan's ordinary numbers without the calling code, in ascending order.
    pub fn possible_lengths(&self) -> impl Iterator<Item = u32> {
        self.lengths.chars().filter_map(|c| c.to_digit(16))
    }

    fn has_possible_length(&self) -> bool {
        self.possible_lengths().any(|length| usize::try_from(length) == Ok(self.national.len()))
    }

    /// Returns the label of the longest prefix of the number among the groups that `is_wanted` selects. A prefix for one
    /// length precedes the same prefix for all.
    fn longest_match(&self, is_wanted: impl Fn(&str) -> bool) -> Option<&'static str> {
        self.groups
            .split(' ')
            .filter(|group| is_wanted(group))
            .filter_map(split_group)
            .flat_map(|(label, prefixes)| prefixes.split(',').map(move |prefix| (prefix, label)))
            .filter_map(|(entry, label)| self.match_entry(entry).map(|weight| (weight, label)))
            .max_by_key(|(weight, _)| *weight)
            .map(|(_, label)| label)
    }

    /// Returns the weight of an entry such as `908` or `a=15`, if the number matches it.
    fn match_entry(&self, entry: &str) -> Option<usize> {
        let (length, prefix) =
            entry.split_once('=').map_or((None, entry), |(length, prefix)| (Some(length), prefix));
        let has_length =
            length.is_none_or(|length| usize::from_str_radix(length, 16) == Ok(self.national.len()));
        (has_length && self.national.starts_with(prefix))
            .then_some(2 * prefix.len() + usize::from(length.is_some()))
    }
}

/// The dialling codes of two digits (ITU-T E.164, annex D); 1 and 7 have one digit, all others three.
const TWO_DIGIT_CODES: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// Returns the dialling code of a number without its plus, by the structure of E.164 alone: much cheaper than its plan.
pub fn dialling_code(phone: &PhoneNumber) -> &str {
    let digits = phone.digits();
    let length = match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if TWO_DIGIT_CODES.contains(&two) => 2,
        _ => 3,
    };
    digits.get(..length).unwrap_or(digits)
}

/// Tells whether a text is the code of a country in the table.
pub fn is_country(iso: &str) -> bool {
    let is_code = iso.len() == 2 && iso.bytes().all(|byte| byte.is_ascii_uppercase()) && iso != "ZZ";
    is_code
        && TABLE.lines().any(|line| {
            let plan = line.trim_start_matches(|c: char| c.is_ascii_digit());
            plan.split(' ').any(|group| group.starts_with(iso))
        })
}

/// Splits `GG1481,7781` and `f800` into the label and the prefixes.
fn split_group(group: &'static str) -> Option<(&'static str, &'static str)> {
    group.split_at_checked(if group.starts_with(|c: char| c.is_ascii_uppercase()) { 2 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn phone(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).expect(text)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn dialling_code_is_the_calling_code_of_every_plan() {
        let mut plans = 0;
        for line in TABLE.lines() {
            let code: String = line.chars().take_while(char::is_ascii_digit).collect();
            let number = phone(&format!("+{code}23456789"));
            assert_eq!(dialling_code(&number), code);
            plans += usize::from(PlannedNumber::new(&number).is_some());
        }
        assert!(plans > 200, "{plans} plans");
        assert_eq!(dialling_code(&phone("+2101234567")), "210", "not assigned");
    }

    fn country(text: &str) -> Option<&'static str> {
        PlannedNumber::new(&phone(text)).and_then(|number| number.country())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn country_distinguishes_shared_calling_codes() {
        for (number, iso) in [
            ("+14155550123", "US"),
            ("+14165550123", "CA"),
            ("+12735550123", "CA"),
            ("+18765550123", "JM"),
            ("+19393483440", "PR"),
            ("+79161234567", "RU"),
            ("+77011234567", "KZ"),
            ("+447400123456", "GB"),
            ("+447781123456", "GG"),
            ("+447457606095", "IM"),
            ("+447700300123", "JE"),
            ("+85251234567", "HK"),
            ("+8613800138000", "CN"),
            ("+262639123456", "YT"),
            ("+672312345", "NF"),
            ("+59995601234", "CW"),
            ("+5997181234", "BQ"),
            ("+4779123456", "SJ"),
            ("+3906698123", "VA"),
            ("+3581887438", "AX"),
            ("+61891641234", "CX"),
            ("+38344123456", "XK"),
        ] {
            assert_eq!(country(number), Some(iso), "{number}");
        }
        for number in ["+2101234567", "+870774493350196", "+88213123456"] {
            assert_eq!(country(number), None, "{number}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn country_of_an_unassigned_range_is_the_main_one() {
        for number in ["+447700900123", "+447700900999", "+447400900123", "+442079460123"] {
            assert_eq!(country(number), Some("GB"), "{number}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn service_names_the_kind_of_a_service_number() {
        let service = |text| PlannedNumber::new(&phone(text)).expect("a plan").service();
        for (number, kind) in [
            ("+4990091553820", ServiceKind::Premium),
            ("+979168274096", ServiceKind::Premium),
            ("+41848582698", ServiceKind::SharedCost),
            ("+18442546478", ServiceKind::TollFree),
            ("+80012345678", ServiceKind::TollFree),
            ("+447079635973", ServiceKind::Personal),
            ("+15008195491", ServiceKind::Personal),
            ("+878101234567890", ServiceKind::Personal),
            ("+445569732613", ServiceKind::Uan),
            ("+870774493350196", ServiceKind::Satellite),
            ("+883510012345678", ServiceKind::InternationalNetworks),
        ] {
            assert_eq!(service(number), Some(kind), "{number}");
        }
        for number in ["+14155550123", "+8613800138000", "+447457606095", "+353861234567"] {
            assert_eq!(service(number), None, "{number}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_form_finds_trunk_zeros_and_impossible_lengths() {
        let check = |text| {
            let phone = phone(text);
            let number = PlannedNumber::new(&phone).expect("a plan");
            number.check_form().err().map(|error| (error, number.removable_prefix()))
        };
        let (zero, length) = (FormError::TrunkZero, FormError::ImpossibleLength);
        for (number, expected) in [
            ("+610412345678", Some((zero, Some("0")))),
            ("+4407912345678", Some((zero, Some("0")))),
            ("+4400791234567", Some((zero, Some("00")))),
            ("+360620123456", Some((zero, Some("06")))),
            ("+3606201234567", Some((zero, Some("06")))),
            ("+610000000000", Some((zero, None))),
            ("+5215512345678", Some((length, Some("1")))),
            ("+789161234567", Some((length, Some("8")))),
            ("+114155550123", Some((length, Some("1")))),
            ("+4821396740", Some((length, None))),
            ("+61412345", Some((length, None))),
            ("+390612345678", None),
            ("+2250158488829", None),
            ("+61412345678", None),
        ] {
            assert_eq!(check(number), expected, "{number}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn is_country_knows_every_country_with_numbers() {
        for iso in ["US", "GB", "IM", "BL", "MF", "TA", "AC", "VA", "XK", "EH", "SJ", "NF"] {
            assert!(is_country(iso), "{iso}");
        }
        for text in ["", "A", "USA", "XX", "ZZ", "us", "p9", "f8", "44"] {
            assert!(!is_country(text), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn table_has_the_documented_form() {
        for line in TABLE.lines() {
            let plan = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let mut groups = plan.split(' ');
            let head = groups.next().unwrap_or_default();
            assert!(head.len() >= 2 && head.bytes().take(2).all(|b| b.is_ascii_uppercase()), "{line}");
            for group in groups {
                let (label, prefixes) = split_group(group).expect(group);
                let is_label = label.len() == 2 || label == "o" || ServiceKind::from_label(label).is_some();
                assert!(is_label, "{line}");
                let is_entry =
                    |entry: &str| entry.bytes().all(|b| b.is_ascii_hexdigit() || b == b'=' || b == b'-');
                assert!(prefixes.split(',').all(is_entry), "{line}");
            }
        }
    }
}
