//! The addresses that a config may name: URLs and hosts. What counts is the host that the URL standard reads, which is the
//! one that `fetch` connects to, so that no other spelling of a local address gets through.

use core::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Which hosts a config may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedAddresses {
    /// Hosts of the public Internet.
    Public,
    /// Those of this machine and of private networks as well, by http too: for development (`ALLOW_LOCAL=1`).
    All,
}

/// Names that belong to a machine or a private network: RFC 6761 §6.3, RFC 6762 §3 and appendix G, RFC 8375, and ICANN's
/// `.internal`, where cloud providers have their metadata services.
const LOCAL_DOMAINS: [&str; 10] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
];
/// Azure's WireServer, which has a public address but answers inside of a machine only:
/// <https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16>.
const AZURE_WIRE_SERVER: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

const URL_RULE: &str = "must be an https URL without user name (http only to localhost)";
const HOST_RULE: &str = "must be a host name";
const LOCAL_RULE: &str =
    "must not be an address of this machine or of a private network, unless ALLOW_LOCAL is set";

/// Checks an endpoint: an absolute URL without user name, by https; by http to a local address. `hosts` lists what the
/// host may be, as in [`matches_host`]; any, if it is empty. A local address takes the place of any host.
///
/// # Errors
/// What is wrong, without the value.
pub(crate) fn check_url(text: &str, allowed: AllowedAddresses, hosts: &[&str]) -> Result<(), String> {
    let url = parse_url(text).ok_or(URL_RULE)?;
    let is_public = url.host().is_some_and(|host| is_public(&host));
    match (is_public, allowed) {
        (false, AllowedAddresses::Public) => return Err(LOCAL_RULE.to_owned()),
        (false, AllowedAddresses::All) => return Ok(()),
        (true, _) if url.scheme() != "https" => return Err(URL_RULE.to_owned()),
        (true, _) => {}
    }
    check_listed(url.host_str().unwrap_or_default(), hosts)
}

/// Checks a host name without port, which must be one of `hosts`.
///
/// # Errors
/// As [`check_url`].
pub(super) fn check_host(text: &str, allowed: AllowedAddresses, hosts: &[&str]) -> Result<(), String> {
    let host = Host::parse(text).ok().filter(|_| is_host_name(text)).ok_or(HOST_RULE)?;
    // Two spellings of one host would be two destinations.
    if !host.to_string().eq_ignore_ascii_case(text) {
        return Err(HOST_RULE.to_owned());
    }
    if allowed == AllowedAddresses::Public && !is_public(&host) {
        return Err(LOCAL_RULE.to_owned());
    }
    check_listed(&text.to_ascii_lowercase(), hosts)
}

fn check_listed(host: &str, hosts: &[&str]) -> Result<(), String> {
    let is_listed = hosts.is_empty() || hosts.iter().any(|pattern| matches_host(pattern, host));
    if is_listed { Ok(()) } else { Err(format!("must be a host of the provider: {}", hosts.join(", "))) }
}

/// Tells whether a host is the one of a pattern, or below it: `*.twilio.com`.
fn matches_host(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => host.strip_suffix(suffix).is_some_and(|labels| !labels.is_empty()),
        None => host == pattern,
    }
}

/// Parses an absolute URL as [`Url`] does, without what the standard repairs or ignores: white space, backslashes, missing
/// slashes, an empty user name, unusual spellings of IPv4 addresses.
fn parse_url(text: &str) -> Option<Url> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '\\' && c != '\u{feff}';
    let url = Url::parse(text).ok().filter(|_| text.chars().all(is_plain))?;
    let rest = text.strip_prefix(url.scheme())?.strip_prefix("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host_usual = match url.host()? {
        Host::Domain(name) => is_host_name(name),
        Host::Ipv4(address) => authority.split(':').next() == Some(address.to_string().as_str()),
        Host::Ipv6(_) => true,
    };
    let is_valid = matches!(url.scheme(), "https" | "http")
        && !authority.is_empty()
        && !authority.contains('@')
        && url.port() != Some(0)
        && is_host_usual;
    is_valid.then_some(url)
}

/// Tells whether a text is a host name (RFC 1123 §2.1).
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Tells whether a host is one of the public Internet. A name without a dot is one of a private network. What a name
/// resolves to is not known here.
fn is_public<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => is_public_name(name.as_ref()),
        Host::Ipv4(address) => is_public_ipv4(*address),
        Host::Ipv6(address) => is_public_ipv6(*address),
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_below = |domain: &str| {
        name.strip_suffix(domain).is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
    };
    name.contains('.') && !LOCAL_DOMAINS.into_iter().any(is_below)
}

/// By IANA's registry of special-purpose addresses (RFC 6890). The networks for documentation lead nowhere, so they do no
/// harm.
fn is_public_ipv4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol_assignment = (a, b, c) == (192, 0, 0);
    let is_benchmark = a == 198 && (18..20).contains(&b);
    let is_special = a == 0
        || a >= 240
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast();
    !(is_special || is_shared || is_protocol_assignment || is_benchmark || address == AZURE_WIRE_SERVER)
}

/// Global unicast is 2000::/3 (RFC 4291). In it, 2001::/23 is for protocols such as Teredo, and 2002::/16 embeds an IPv4
/// address. Outside of it are all others that embed one: mapped, compatible, translated (64:ff9b::/96).
fn is_public_ipv6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global_unicast = first & 0xe000 == 0x2000;
    is_global_unicast && first != 0x2002 && !(first == 0x2001 && second < 0x200)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn check(url: &str, allowed: AllowedAddresses) -> Result<(), String> {
        check_url(url, allowed, &[])
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_url_accepts_https_to_public_hosts() {
        for url in [
            "https://hooks.example.com",
            "https://hooks.example.com:8443/sms?x=1",
            "https://HOOKS.Example.com/a",
            "https://8.8.8.8/a",
            "https://172.15.0.1",
            "https://172.32.0.1",
            "https://100.63.0.1",
            "https://100.128.0.1",
            "https://[2606:4700::1111]:8443/a",
            "https://hooks.example.com/短信/é?ü=ö#ß",
            "https://短信.example.com/a",
            "https://bücher.example",
            "https://localhost.example.com",
            "https://internal.example.com",
        ] {
            assert_eq!(check(url, AllowedAddresses::Public), Ok(()), "{url}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_url_refuses_what_is_no_plain_https_url() {
        for url in [
            "",
            "hooks.example.com",
            "http://hooks.example.com",
            "http://localhost.example.com",
            "https://user:pass@example.com",
            "https://user@example.com",
            "https://@example.com",
            "https://:@example.com",
            "https://example.com＠evil.example",
            "https://",
            "https:///x",
            "https:hooks.example.com",
            "https:/hooks.example.com",
            "https://exa mple.com",
            "https://example.com/a b",
            "https://example.com/\u{3000}",
            " https://example.com",
            "https://example.com\n",
            "\u{feff}https://example.com",
            "https://example.com\\@evil.com",
            "https://example..com",
            "https://example.com.",
            "https://example.com:0",
            "https://example.com:+80",
            "https://256.256.256.256/",
            "https://1.2.3/",
            "https://134744072/",
            "https://0x8.8.8.8/",
            "https://８.8.8.8/",
            "https://[fe80::1%25eth0]/",
            "https://example.com:99999",
            "https://example.com:x",
            "https://under_score.example",
            "ftp://example.com",
            "ftp://localhost",
            "javascript:alert(1)",
            "https://example.com/\r\nx: y",
            "HTTPS://example.com",
        ] {
            for allowed in [AllowedAddresses::Public, AllowedAddresses::All] {
                assert_eq!(check(url, allowed), Err(URL_RULE.to_owned()), "{url:?}");
            }
        }
    }

    /// Each is refused whatever its scheme and port, and accepted for development if it is spelt as usual.
    #[wasm_bindgen_test(unsupported = test)]
    fn check_url_accepts_local_addresses_for_development_only() {
        for host in [
            "localhost",
            "LOCALHOST",
            "ｌｏｃａｌｈｏｓｔ",
            "local\u{ad}host",
            "%6c%6fcalhost",
            "sms.localhost",
            "localhost.localdomain",
            "printer.local",
            "metadata.google.internal",
            "Metadata.Google.INTERNAL",
            "metadata.google｡internal",
            "router.lan",
            "nas.home.arpa",
            "metadata",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::ffff:0:127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::1]",
            "[2001::1]",
            "[2002:7f00:1::]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
        ] {
            for url in [format!("https://{host}/a"), format!("http://{host}:3000")] {
                assert_eq!(check(&url, AllowedAddresses::Public), Err(LOCAL_RULE.to_owned()), "{url}");
                assert_eq!(check(&url, AllowedAddresses::All), Ok(()), "{url}");
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_url_refuses_local_addresses_in_unusual_spellings() {
        for host in [
            "0x7f000001",
            "0X7F.1",
            "0177.0.0.1",
            "017700000001",
            "2130706433",
            "127.1",
            "127.0.1",
            "127.0.0.1.",
            "１２７.0.0.1",
            "127｡0｡0｡1",
            "①②⑦.0.0.1",
            "0",
            "0xa9fea9fe",
            "0251.0376.0251.0376",
            "localhost.",
            "metadata.google.internal.",
            "[::ffff:0x7f.1]",
            "user@localhost",
        ] {
            for url in [format!("https://{host}/a"), format!("http://{host}:3000")] {
                assert!(check(&url, AllowedAddresses::Public).is_err(), "{url}");
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn listed_hosts_are_the_only_ones() {
        let hosts = ["sms.example", "*.sms.example"];
        let names = [
            ("sms.example", true),
            ("SMS.example", true),
            ("eu.sms.example", true),
            ("a.b.sms.example", true),
            ("evilsms.example", false),
            ("sms.example.evil.example", false),
            ("example", false),
            (".sms.example", false),
            ("8.8.8.8", false),
            ("10.0.0.1", false),
            ("localhost", false),
        ];
        for (name, is_valid) in names {
            assert_eq!(check_host(name, AllowedAddresses::Public, &hosts).is_ok(), is_valid, "{name}");
            let url = format!("https://{name}/a");
            assert_eq!(check_url(&url, AllowedAddresses::Public, &hosts).is_ok(), is_valid, "{url}");
        }
        assert!(check_url("http://localhost:3000", AllowedAddresses::All, &hosts).is_ok());
        assert!(
            check_host("localhost", AllowedAddresses::All, &hosts).is_err(),
            "a host is reached by https"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_host_accepts_names_without_anything_around_them() {
        for text in ["example.com", "a-b.example.com"] {
            assert_eq!(check_host(text, AllowedAddresses::Public, &[]), Ok(()), "{text}");
        }
        for text in [
            "",
            "example.com:443",
            "example.com/x",
            "user@example.com",
            "example.com.",
            "é.example",
            "-a.example",
            "a b.example",
            "0x7f000001",
            "127.1",
            "[::1]",
        ] {
            for allowed in [AllowedAddresses::Public, AllowedAddresses::All] {
                assert_eq!(check_host(text, allowed, &[]), Err(HOST_RULE.to_owned()), "{text:?}");
            }
        }
        assert_eq!(check_host("127.0.0.1", AllowedAddresses::Public, &[]), Err(LOCAL_RULE.to_owned()));
    }
}
