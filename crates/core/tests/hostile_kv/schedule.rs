//! A random schedule: operations begin, go on, are cut off; time passes; things fail and recover.

use core::cell::{Cell, RefCell};
use core::ops::AddAssign;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use edge_otp_core::api::{SendReceipt, SendRequest, SendStatus, VerifyReceipt, VerifyRequest};
use edge_otp_core::error::ErrorCode;
use edge_otp_core::keys::{IdempotencyKey, KeyRing};
use edge_otp_core::service::{ConnectorService, OtpService, ServiceError};
use edge_otp_core::time::Timestamp;
use serde_json::json;

use crate::checker::{Checker, Phone};
use crate::kv::{HostileKv, LOCATIONS, Random};
use crate::location::{Location, World};
use crate::platform::executor::Task;
use crate::platform::{InMemoryPlatform, Ledgers, ROOT, key_ring};

const NEXT_ROOT: &str = "fedcba9876543210fedcba9876543210";
const PHONES: [&str; 3] = ["+14155550101", "+14155550102", "+14155550103"];
const USAGES: [&str; 2] = ["SignIn", "Register"];
/// How many operations run at the same time.
const MAX_RUNNING: usize = 6;

/// What an operation does.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Send { phone: usize, usage: &'static str, key: Option<String> },
    Verify { phone: usize, usage: &'static str, code: String, id: Option<String> },
    ReplaceConnector { account: &'static str },
}

pub(crate) enum Outcome {
    Sent(Result<SendReceipt, ServiceError>),
    Verified(Result<VerifyReceipt, ServiceError>),
    Replaced,
}

/// An operation under way.
pub(crate) struct Running<'a> {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    pub(crate) polls: u32,
    /// The codes that were live while it ran.
    pub(crate) live: BTreeSet<String>,
    /// The code that a response with an outcome must accept.
    pub(crate) must_be_accepted: Option<String>,
    /// Whether KV has been down since it began.
    pub(crate) is_without_kv: bool,
    task: Task<'a, Outcome>,
}

/// How often what happened, so that a schedule cannot pass for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) polls: u64,
    pub(crate) sent: u64,
    pub(crate) unknown: u64,
    pub(crate) refused: u64,
    pub(crate) limited: u64,
    pub(crate) verified: u64,
    pub(crate) mismatches: u64,
    pub(crate) exhausted: u64,
    pub(crate) locked: u64,
    pub(crate) not_found: u64,
    pub(crate) expired: u64,
    pub(crate) unavailable: u64,
    pub(crate) cut_off: u64,
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.polls += other.polls;
        self.sent += other.sent;
        self.unknown += other.unknown;
        self.refused += other.refused;
        self.limited += other.limited;
        self.verified += other.verified;
        self.mismatches += other.mismatches;
        self.exhausted += other.exhausted;
        self.locked += other.locked;
        self.not_found += other.not_found;
        self.expired += other.expired;
        self.unavailable += other.unavailable;
        self.cut_off += other.cut_off;
    }
}

impl Summary {
    fn count(&mut self, outcome: &Outcome) {
        let error = match outcome {
            Outcome::Sent(Ok(receipt)) if receipt.status == SendStatus::Sent => return self.sent += 1,
            Outcome::Sent(Ok(_)) => return self.unknown += 1,
            Outcome::Verified(Ok(_)) => return self.verified += 1,
            Outcome::Sent(Err(error)) | Outcome::Verified(Err(error)) => error.code(),
            Outcome::Replaced => return,
        };
        match error {
            ErrorCode::ProviderRejected => self.refused += 1,
            ErrorCode::MessageRateLimited => self.limited += 1,
            ErrorCode::CodeMismatch => self.mismatches += 1,
            ErrorCode::AttemptsExhausted => self.exhausted += 1,
            ErrorCode::LockedOut => self.locked += 1,
            ErrorCode::CodeNotFound => self.not_found += 1,
            ErrorCode::CodeExpired => self.expired += 1,
            ErrorCode::StorageUnavailable => self.unavailable += 1,
            ErrorCode::ConnectorNotFound | ErrorCode::InvalidStoredConfig => {}
            other => panic!("{other:?} in a schedule"),
        }
    }
}

thread_local! {
    static OLD: KeyRing = key_ring(ROOT, None);
    static NEW: KeyRing = key_ring(NEXT_ROOT, Some(ROOT));
}

struct Schedule<'a> {
    world: &'a World,
    random: Random,
    checker: Checker,
    running: Vec<Running<'a>>,
    next_id: u32,
    /// Key and beginning of the sends that have an idempotency key.
    keyed: BTreeMap<u32, (String, Timestamp)>,
    summary: Summary,
}

/// Runs the schedule of a seed.
pub(crate) fn run(seed: u64, steps: u32) -> Summary {
    let ledgers = Ledgers::ALL[usize::from(seed % 2 == 1)];
    // Half of the schedules send and guess without end, half under the limits.
    // The counters against SMS pumping would refuse most sends to these few phones and use no KV.
    let policy: &[(&str, &str)] = match (seed / 2) % 3 {
        0 => &[("LIMITS", "off")],
        1 => &[
            ("LIMITS", "off"),
            ("RESEND_COOLDOWNS", "0"),
            ("SENDS_PER_HOUR", "1000"),
            ("SENDS_PER_DAY", "1000"),
        ],
        _ => &[("LIMITS", "off"), ("RESEND_COOLDOWNS", "1"), ("MAX_ATTEMPTS", "2"), ("DAILY_FAILURES", "4")],
    };
    let (old, new) = (OLD.with(Clone::clone), NEW.with(Clone::clone));
    let phones = PHONES.map(|phone| Phone::new(phone, &[&new, &old])).into();
    let world = World {
        platform: InMemoryPlatform::new().with_policy(policy).with_ledgers(ledgers),
        kv: HostileKv::new(seed ^ 0x6b76),
        random: Random::new(seed ^ 0x7065),
        rings: core::array::from_fn(|_| RefCell::new(Rc::new(old.clone()))),
        connectors: Default::default(),
        guard_failures: Cell::new(0),
        provider_failures: Cell::new(15),
        latest: Cell::default(),
        messages: RefCell::default(),
    };
    let mut schedule = Schedule {
        world: &world,
        random: Random::new(seed),
        checker: Checker::new(phones),
        running: Vec::new(),
        next_id: 0,
        keyed: BTreeMap::new(),
        summary: Summary::default(),
    };
    schedule.begin(Kind::ReplaceConnector { account: "AC1" }, 0);
    schedule.finish();
    for _ in 0..steps {
        schedule.step();
    }
    schedule.end();
    schedule.summary
}

impl Schedule<'_> {
    fn step(&mut self) {
        match self.random.below(100) {
            0..40 => {
                let kind = self.draw_operation();
                let location = self.random.index(LOCATIONS);
                self.begin(kind, location);
            }
            40..84 => {
                for _ in 0..=self.random.below(24) {
                    self.poll_one();
                }
            }
            84..91 => self.pass_time(),
            91..93 if !self.running.is_empty() => {
                let index = self.random.index(self.running.len());
                self.running.swap_remove(index);
                self.summary.cut_off += 1;
            }
            93..97 => {
                let failures = [0, 0, 0, 5, 30, 100][self.random.index(6)];
                self.world.kv.fail(failures);
                self.world.guard_failures.set([0, 0, 2, 20][self.random.index(4)]);
                self.follow_all();
            }
            97 => {
                let location = self.random.index(LOCATIONS);
                self.world.rings[location].replace(Rc::new(NEW.with(Clone::clone)));
            }
            _ => self.poll_one(),
        }
    }

    fn pass_time(&mut self) {
        let clock = &self.world.platform.clock;
        let ms = match self.random.below(20) {
            0..9 => self.random.below(2_000),
            9..14 => self.random.below(60_000),
            14..17 => self.random.below(700_000),
            17 => self.random.below(7_200_000),
            18 => self.random.below(90_000_000),
            _ => {
                clock.set(Timestamp(clock.now().0 - self.random.below(50_000)));
                0
            }
        };
        clock.advance(ms);
        self.checker.after_poll(self.world, None);
        self.follow_all();
    }

    fn draw_operation(&self) -> Kind {
        let random = &self.random;
        let (phone, usage) = (random.index(PHONES.len()), USAGES[random.index(USAGES.len())]);
        match random.below(20) {
            0..6 => {
                let key = random.chance(40).then(|| format!("{phone}-{usage}-{}", random.below(2)));
                Kind::Send { phone, usage, key }
            }
            6..19 => {
                let phone_of = &self.checker.phones[phone];
                // Mostly where there is a code to guess at.
                let has_live = |usage: &&&str| phone_of.live(usage).is_some();
                let usage = USAGES.iter().find(has_live).filter(|_| random.chance(70)).unwrap_or(&usage);
                let live = phone_of.live(usage).and_then(|code| code["id"].as_str());
                let id = live.filter(|_| random.chance(40)).map(str::to_owned);
                Kind::Verify { phone, usage, code: self.draw_code(phone), id }
            }
            _ => Kind::ReplaceConnector { account: if random.chance(50) { "AC1" } else { "AC2" } },
        }
    }

    /// A code of one of the last messages to the number, mostly of the last one, or a wrong one.
    fn draw_code(&self, phone: usize) -> String {
        let messages = self.world.messages.borrow();
        let of_phone: Vec<_> = messages.iter().filter(|message| message.phone == PHONES[phone]).collect();
        let back = self.random.index(3) * usize::from(self.random.chance(50));
        match of_phone.iter().rev().nth(back).filter(|_| self.random.chance(45)) {
            Some(message) => message.code.clone(),
            None => format!("{:06}", self.random.below(1_000_000)),
        }
    }

    fn begin(&mut self, kind: Kind, index: usize) {
        if self.running.len() >= MAX_RUNNING {
            return;
        }
        self.next_id += 1;
        let (world, id) = (self.world, self.next_id);
        if let Kind::Send { key: Some(key), .. } = &kind {
            self.keyed.insert(id, (key.clone(), world.platform.clock.now()));
        }
        let location = Location { world, index, operation: id };
        let mut running = Running {
            id,
            task: Task::new(operate(location, kind.clone())),
            kind,
            polls: 0,
            live: BTreeSet::new(),
            must_be_accepted: None,
            is_without_kv: world.kv.is_down(),
        };
        self.checker.follow(world, &mut running);
        self.running.push(running);
    }

    /// Polls one operation once, and checks.
    fn poll_one(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.random.index(self.running.len());
        self.poll(index);
    }

    fn poll(&mut self, index: usize) {
        self.world.latest.set(self.world.latest.get().max(self.world.platform.clock.now()));
        let running = &mut self.running[index];
        running.task.step();
        running.polls += 1;
        self.summary.polls += 1;
        self.checker.after_poll(self.world, Some(&running.kind));
        if running.task.is_done() {
            let Running { id, kind, polls, live, must_be_accepted, is_without_kv, task } =
                self.running.swap_remove(index);
            let outcome = task.into_output();
            let task = Task::new(async { Outcome::Replaced });
            let ended = Running { id, kind, polls, live, must_be_accepted, is_without_kv, task };
            self.checker.ended(self.world, &ended, &outcome);
            Checker::check_keys(self.world, &self.keyed);
            self.summary.count(&outcome);
        }
        self.follow_all();
    }

    fn follow_all(&mut self) {
        for running in &mut self.running {
            self.checker.follow(self.world, running);
        }
    }

    /// Runs what has begun to its end.
    fn finish(&mut self) {
        let mut rounds = 0;
        while !self.running.is_empty() {
            let index = self.random.index(self.running.len());
            self.poll(index);
            rounds += 1;
            if rounds % 64 == 0 {
                self.world.platform.clock.advance_to_next_timer();
            }
            assert!(rounds < 100_000, "an operation makes no end");
        }
    }

    /// Everything recovers: whoever is not locked until an operator comes gets a code and is let in (I8).
    fn end(&mut self) {
        self.world.kv.fail(0);
        self.world.guard_failures.set(0);
        self.world.provider_failures.set(0);
        self.finish();
        // A rotation that has begun ends: what the new secret has sealed cannot be opened with the old one.
        let new = Rc::new(NEW.with(Clone::clone));
        if self.world.rings.iter().any(|ring| ring.borrow().previous.is_some()) {
            for ring in &self.world.rings {
                ring.replace(Rc::clone(&new));
            }
        }
        self.world.platform.clock.advance(25 * 3_600_000);
        self.begin(Kind::ReplaceConnector { account: "AC1" }, 1);
        self.finish();
        self.world.platform.clock.advance(120_000);
        for phone in 0..PHONES.len() {
            self.checker.after_poll(self.world, None);
            let sent = self.summary.sent;
            self.begin(Kind::Send { phone, usage: "SignIn", key: None }, 0);
            self.finish();
            let is_locked = self.checker.phones[phone].is_locked_by_operator();
            assert_eq!(self.summary.sent - sent, u64::from(!is_locked), "I8: a send within the limits");
            if is_locked {
                continue;
            }
            let code = self.world.messages.borrow().last().expect("a message").code.clone();
            let verified = self.summary.verified;
            self.begin(Kind::Verify { phone, usage: "SignIn", code, id: None }, 3);
            self.finish();
            assert_eq!(self.summary.verified, verified + 1, "I8: the right code within the limits");
        }
    }
}

async fn operate(location: Location<'_>, kind: Kind) -> Outcome {
    let keys = Rc::clone(&location.world.rings[location.index].borrow());
    let (platform, keys, policy) = (&location, &*keys, &location.world.platform.policy);
    match kind {
        Kind::Send { phone, usage, key } => {
            let body = json!({ "phone": PHONES[phone], "usageType": usage }).to_string();
            let request = SendRequest::parse(body.as_bytes(), policy).expect("valid");
            let key = key.as_deref().map(|key| IdempotencyKey { scope: "api-key", key });
            Outcome::Sent(OtpService { platform, keys, policy }.send(&request, key).await)
        }
        Kind::Verify { phone, usage, code, id } => {
            let mut body = json!({ "phone": PHONES[phone], "usageType": usage, "code": code });
            if let Some(id) = id {
                body["verificationId"] = id.into();
            }
            let request = VerifyRequest::parse(body.to_string().as_bytes()).expect("valid");
            Outcome::Verified(OtpService { platform, keys, policy }.verify(&request).await)
        }
        Kind::ReplaceConnector { account } => {
            let config = json!({
                "accountSID": account, "authToken": format!("token-of-{account}"),
                "fromMessagingServiceSID": "MG1",
                "templates": [{ "usageType": "Generic", "content": "{{code}}" }],
            });
            let body = json!({ "connectorId": "twilio-short-message-service", "config": config });
            let service = ConnectorService { platform, keys, policy };
            let _ = service.replace(body.to_string().as_bytes()).await;
            Outcome::Replaced
        }
    }
}
