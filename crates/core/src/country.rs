//! The country of a number, as far as its leading digits tell, and the list of countries that may be sent to. Source: ITU-T E.164 assigned country codes (Operational Bulletin annex) and the NANPA area code list.

use crate::phone::PhoneNumber;

/// Leading digits and the ISO 3166-1 alpha-2 code of the country that uses them. The longest match counts, so
/// shared codes (+1, +7, +44, +262 …) are split by the digits that follow.
const PREFIXES: &str = "\
1US 1204CA 1226CA 1236CA 1249CA 1250CA 1257CA 1263CA 1289CA 1306CA 1343CA 1354CA 1365CA 1367CA 1368CA 1382CA \
1387CA 1403CA 1416CA 1418CA 1428CA 1431CA 1437CA 1438CA 1450CA 1460CA 1468CA 1474CA 1506CA 1514CA 1519CA \
1548CA 1579CA 1581CA 1584CA 1587CA 1604CA 1613CA 1639CA 1647CA 1672CA 1683CA 1705CA 1709CA 1742CA 1753CA \
1778CA 1780CA 1782CA 1807CA 1819CA 1825CA 1867CA 1873CA 1879CA 1902CA 1905CA 1942CA \
1242BS 1246BB 1264AI 1268AG 1284VG 1340VI 1345KY 1441BM 1473GD 1649TC 1658JM 1664MS 1670MP 1671GU 1684AS \
1721SX 1758LC 1767DM 1784VC 1787PR 1809DO 1829DO 1849DO 1868TT 1869KN 1876JM 1939PR \
20EG 211SS 212MA 2125288EH 213DZ 216TN 218LY 220GM 221SN 222MR 223ML 224GN 225CI 226BF 227NE 228TG 229BJ \
230MU 231LR 232SL 233GH 234NG 235TD 236CF 237CM 238CV 239ST 240GQ 241GA 242CG 243CD 244AO 245GW 246IO 247AC \
248SC 249SD 250RW 251ET 252SO 253DJ 254KE 255TZ 256UG 257BI 258MZ 260ZM 261MG 262RE 262269YT 262639YT 263ZW \
264NA 265MW 266LS 267BW 268SZ 269KM 27ZA 290SH 291ER 297AW 298FO 299GL \
30GR 31NL 32BE 33FR 34ES 350GI 351PT 352LU 353IE 354IS 355AL 356MT 357CY 358FI 35818AX 359BG 36HU 370LT 371LV \
372EE 373MD 374AM 375BY 376AD 377MC 378SM 379VA 380UA 381RS 382ME 383XK 385HR 386SI 387BA 389MK 39IT 3906698VA \
40RO 41CH 420CZ 421SK 423LI 43AT 44GB 441481GG 447781GG 447839GG 447911GG 441534JE 447509JE 447700JE 447797JE \
447829JE 447937JE 441624IM 447524IM 447624IM 447924IM 45DK 46SE 47NO 4779SJ 48PL 49DE \
500FK 501BZ 502GT 503SV 504HN 505NI 506CR 507PA 508PM 509HT 51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE 590GP 591BO \
592GY 593EC 594GF 595PY 596MQ 597SR 598UY 599BQ 5999CW \
60MY 61AU 6189162CC 6189164CX 62ID 63PH 64NZ 65SG 66TH 670TL 6723NF 673BN 674NR 675PG 676TO 677SB 678VU 679FJ \
680PW 681WF 682CK 683NU 685WS 686KI 687NC 688TV 689PF 690TK 691FM 692MH \
7RU 76KZ 77KZ 81JP 82KR 84VN 850KP 852HK 853MO 855KH 856LA 86CN 880BD 886TW \
90TR 91IN 92PK 93AF 94LK 95MM 960MV 961LB 962JO 963SY 964IQ 965KW 966SA 967YE 968OM 970PS 971AE 972IL 973BH \
974QA 975BT 976MN 977NP 98IR 992TJ 993TM 994AZ 995GE 996KG 998UZ";

/// The countries that may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedCountries {
    /// Every country.
    All,
    /// Dialling codes (`44`) and ISO codes (`GB`), as the setting spells them.
    Only(Vec<String>),
}

impl AllowedCountries {
    /// Parses `US, CA, 44, +49`: dialling codes of 1 to 7 digits and ISO codes of the table. Returns `None` if an entry
    /// is neither, or if there is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|entry| normalize_entry(entry.trim())).collect::<Option<Vec<_>>>().map(Self::Only)
    }

    /// Returns the entries; `None` if every country may be sent to.
    pub fn entries(&self) -> Option<&[String]> {
        match self {
            Self::All => None,
            Self::Only(entries) => Some(entries),
        }
    }

    /// Tells whether a number may be sent to. A number that is not in the table is allowed by its dialling code only.
    pub fn contains(&self, phone: &PhoneNumber) -> bool {
        let Self::Only(entries) = self else { return true };
        let iso = iso_code(phone.digits());
        entries.iter().any(|entry| Some(entry.as_str()) == iso || phone.digits().starts_with(entry.as_str()))
    }
}

fn normalize_entry(entry: &str) -> Option<String> {
    let digits = entry.strip_prefix('+').unwrap_or(entry);
    let is_code = (1..=7).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if is_code {
        return Some(digits.to_owned());
    }
    let iso = entry.to_ascii_uppercase();
    table().any(|(_, known)| known == iso).then_some(iso)
}

/// Returns the country whose prefix is the longest that the digits start with.
fn iso_code(digits: &str) -> Option<&'static str> {
    table()
        .filter(|(prefix, _)| digits.starts_with(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
        .map(|(_, iso)| iso)
}

fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    PREFIXES.split(' ').filter_map(|entry| entry.split_at_checked(entry.len().saturating_sub(2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn allows(setting: &str, phone: &str) -> bool {
        AllowedCountries::parse(setting).expect(setting).contains(&PhoneNumber::parse(phone).expect(phone))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn iso_code_distinguishes_shared_dialling_codes() {
        for (phone, iso) in [
            ("+14155550123", "US"),
            ("+14165550123", "CA"),
            ("+18765550123", "JM"),
            ("+79161234567", "RU"),
            ("+77011234567", "KZ"),
            ("+447400123456", "GB"),
            ("+447781123456", "GG"),
            ("+85251234567", "HK"),
            ("+8613800138000", "CN"),
        ] {
            let phone = PhoneNumber::parse(phone).expect(phone);
            assert_eq!(iso_code(phone.digits()), Some(iso), "{iso}");
        }
        assert_eq!(iso_code("2101234567"), None, "unassigned");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn contains_matches_iso_and_dialling_codes() {
        assert!(allows("US", "+14155550123"));
        assert!(!allows("US", "+18765550123"), "Jamaica shares +1");
        assert!(allows("1", "+18765550123"), "the dialling code means all of it");
        assert!(allows("de, +44", "+447781123456"));
        assert!(!allows("DE,FR", "+8613800138000"));
        assert!(AllowedCountries::All.contains(&PhoneNumber::parse("+2101234567").expect("shape")));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_malformed_lists() {
        for text in ["", " ", "US,", "XX", "USA", "0", "+", "12345678", "U S"] {
            assert_eq!(AllowedCountries::parse(text), None, "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn table_entries_are_digits_and_two_letters() {
        for (prefix, iso) in table() {
            assert!(!prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit()), "{prefix}{iso}");
            assert!(iso.len() == 2 && iso.bytes().all(|b| b.is_ascii_uppercase()), "{prefix}{iso}");
        }
    }
}
