//! The twelve operations, what precedes each, and how they run under a fault.

use crate::faults::Fault;
use crate::observation::{Counts, describe};
use crate::platform::executor::Task;
use crate::platform::{Call, Ledgers, key_ring, wrong_code};
use crate::world::{Answer, OTHER_PHONE, PHONE, World};
use edge_otp_core::connector::{ARCHIVE_KEY, ConnectorCache};

/// An operation under a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Send,
    SendInCooldown,
    Resend,
    VerifyRight,
    VerifyWrong,
    VerifyAfterMaximum,
    Replay,
    Expired,
    WrongType,
    WrongPhone,
    ReadAndEditConnector,
    SwitchConnector,
}

impl Scenario {
    pub(crate) const ALL: [Self; 12] = [
        Self::Send,
        Self::SendInCooldown,
        Self::Resend,
        Self::VerifyRight,
        Self::VerifyWrong,
        Self::VerifyAfterMaximum,
        Self::Replay,
        Self::Expired,
        Self::WrongType,
        Self::WrongPhone,
        Self::ReadAndEditConnector,
        Self::SwitchConnector,
    ];

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Send => "S1",
            Self::SendInCooldown => "S2",
            Self::Resend => "S3",
            Self::VerifyRight => "S4",
            Self::VerifyWrong => "S5",
            Self::VerifyAfterMaximum => "S6",
            Self::Replay => "S7",
            Self::Expired => "S8",
            Self::WrongType => "S9",
            Self::WrongPhone => "S10",
            Self::ReadAndEditConnector => "S11",
            Self::SwitchConnector => "S12",
        }
    }

    pub(crate) const fn sends(self) -> bool {
        matches!(self, Self::Send | Self::SendInCooldown | Self::Resend | Self::SwitchConnector)
    }

    pub(crate) const fn verifies(self) -> bool {
        !self.sends() && !self.manages()
    }

    pub(crate) const fn manages(self) -> bool {
        matches!(self, Self::ReadAndEditConnector | Self::SwitchConnector)
    }

    /// How long the operation may take, in milliseconds: the deadlines of its steps. A send reads the connector, calls the
    /// guard and asks the provider; a management request does at most four operations of KV, and there are three of them.
    pub(crate) const fn deadline_ms(self) -> u64 {
        match self {
            Self::Send | Self::SendInCooldown | Self::Resend => 3_000 + 10_000 + 10_000,
            Self::ReadAndEditConnector | Self::SwitchConnector => 3 * 4 * 3_000,
            _ => 10_000,
        }
    }

    /// Brings about what precedes the operation.
    fn set_up(self, world: &mut World) {
        if self != Self::Send && self != Self::SwitchConnector {
            world.set_up_send(PHONE, "SignIn");
        }
        let code = world.codes.last().cloned().unwrap_or_default();
        match self {
            // The first request of an isolate.
            Self::Send => world.platform.connector_cache.iter().for_each(ConnectorCache::clear),
            Self::SendInCooldown => world.platform.clock.advance(10_000),
            Self::Resend => world.platform.clock.advance(60_000),
            Self::VerifyAfterMaximum => {
                for _ in 0..5 {
                    assert_eq!(world.verify_now(&wrong_code(&code)), "400 verification_code.code_mismatch");
                }
            }
            Self::Replay => assert_eq!(world.verify_now(&code), "200 verified"),
            Self::Expired => world.platform.clock.advance(600_000),
            Self::WrongType => {
                world.platform.clock.advance(60_000);
                world.platform.block_on(world.send(PHONE, "Register", None));
            }
            Self::WrongPhone => world.set_up_send(OTHER_PHONE, "SignIn"),
            _ => {}
        }
    }

    /// The operation, without those of a connector.
    async fn request(self, world: &World, key: Option<&str>) -> Answer {
        let code = world.codes.last().cloned().unwrap_or_default();
        match self {
            Self::VerifyWrong => world.verify(PHONE, "SignIn", &wrong_code(&code)).await,
            Self::WrongType => world.verify(PHONE, "Register", &code).await,
            Self::WrongPhone => world.verify(OTHER_PHONE, "SignIn", &code).await,
            scenario if scenario.sends() => world.send(PHONE, "SignIn", key).await,
            _ => world.verify(PHONE, "SignIn", &code).await,
        }
    }
}

/// Runs an operation under a fault and describes its result.
pub(crate) fn run(fault: Fault, scenario: Scenario, ledgers: Ledgers) -> String {
    let mut world = World::new(ledgers);
    world.platform.block_on(world.replace("ACold"));
    let id = connector_id(&world);
    scenario.set_up(&mut world);
    if fault == Fault::UnknownKey {
        world.platform.keys = key_ring("another-root-secret-of-40-characters-000", None);
    }
    world.truncates = fault == Fault::TruncatedBody;
    let is_early = fault.is_early() || scenario != Scenario::SwitchConnector;
    if is_early {
        fault.begin(&world);
    }
    let before = Counts::of(&world.platform);
    let answers = match scenario {
        Scenario::ReadAndEditConnector => edit(&world, fault, &id),
        Scenario::SwitchConnector => switch(&world, fault, !is_early),
        _ => operate(&world, scenario, fault),
    };
    Fault::end(&world);
    world.truncates = false;
    describe(&mut world, scenario, &before, &answers)
}

fn connector_id(world: &World) -> String {
    let body = world.platform.block_on(world.list()).body;
    let views: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    views[0]["id"].as_str().expect("an id").to_owned()
}

fn operate(world: &World, scenario: Scenario, fault: Fault) -> Vec<Answer> {
    match fault {
        Fault::Duplicate => run_twice(world, || scenario.request(world, Some("key"))),
        Fault::Crash => {
            let call = if scenario.sends() { Call::Http } else { Call::KvGet };
            world.platform.calls.hold(call);
            let mut task = Task::new(scenario.request(world, None));
            vec![if task.advance() { task.into_output() } else { Answer::none() }]
        }
        _ => vec![world.platform.block_on(scenario.request(world, None))],
    }
}

/// Runs an operation and its duplicate at the same time.
fn run_twice<'a, F: Future<Output = Answer> + 'a>(
    world: &'a World,
    operation: impl Fn() -> F,
) -> Vec<Answer> {
    let mut tasks = vec![Task::new(operation()), Task::new(operation())];
    world.platform.finish(&mut tasks);
    tasks.into_iter().map(Task::into_output).collect()
}

/// Reads the connector, edits it, and reads it again.
fn edit(world: &World, fault: Fault, id: &str) -> Vec<Answer> {
    let mut answers = vec![world.platform.block_on(world.list())];
    match fault {
        Fault::Duplicate => answers.extend(run_twice(world, || world.edit(id))),
        Fault::Crash => {
            let task = Task::new(world.edit(id));
            world.platform.calls.hold(Call::KvPut);
            let mut task = task;
            assert!(!task.advance(), "it crashes before it has stored the config");
            answers.push(Answer::none());
        }
        _ => answers.push(world.platform.block_on(world.edit(id))),
    }
    answers.push(world.platform.block_on(world.list()));
    answers
}

/// Replaces the connector while the provider is asked through the old one. A fault that is late begins then.
fn switch(world: &World, fault: Fault, is_late: bool) -> Vec<Answer> {
    world.platform.calls.hold(Call::Http);
    let key = (fault == Fault::Duplicate).then_some("key");
    let mut send = Task::new(Scenario::SwitchConnector.request(world, key));
    send.advance();
    if is_late {
        fault.begin(world);
    }
    let replaced = match fault {
        Fault::Duplicate => run_twice(world, || world.replace("ACnew")),
        Fault::Crash => {
            let mut task = Task::new(world.replace("ACnew"));
            while world.platform.kv_text(ARCHIVE_KEY).is_none() {
                task.step();
                assert!(!task.is_done(), "the archive is written first");
            }
            vec![Answer::none()]
        }
        _ => vec![world.platform.block_on(world.replace("ACnew"))],
    };
    if fault == Fault::Crash {
        return vec![Answer::none(), replaced[0].clone()];
    }
    world.platform.calls.release(Call::Http);
    let mut tasks = [send];
    world.platform.finish(&mut tasks);
    let [send] = tasks;
    let mut answers = vec![send.into_output()];
    answers.extend(replaced);
    assert_whole_credentials(world);
    answers
}

/// The provider was asked with the credentials of one connector.
fn assert_whole_credentials(world: &World) {
    for request in world.platform.requests.borrow().iter() {
        let old = request.uri().path().contains("ACold");
        let credentials =
            if old { "QUNvbGQ6b2xkLXNlY3JldC10b2tlbi0x" } else { "QUNuZXc6bmV3LXNlY3JldC10b2tlbi0y" };
        assert_eq!(request.headers()["authorization"], format!("Basic {credentials}"));
    }
}
