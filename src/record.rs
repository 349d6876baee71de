//! Our own records as JSON: what is stored, what goes between Worker and guard, what answers say. Written over a
//! tree rather than derived: derived readers of these few types weigh 25 KiB in the gzipped wasm.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{Map, Value};
use crate::time::{Seconds, Timestamp};
use crate::usage::UsageType;

/// A value with a JSON form. Reading is strict about what it needs and lets unknown members be, so that a newer
/// version's record can be read by an older one while a deployment rolls out.
pub(crate) trait Record: Sized {
    fn write(&self) -> Value;

    /// None if the value is not such a record.
    fn read(value: &Value) -> Option<Self>;

    /// The JSON text.
    fn to_json(&self) -> String {
        self.write().json()
    }

    /// Reads a JSON text.
    fn from_json(text: &str) -> Option<Self> {
        Value::parse(text).and_then(|value| Self::read(&value))
    }
}

/// Gives a struct its JSON form: a member for each field, under the name given. A member that is null is left out,
/// and one that is missing reads as null.
macro_rules! record {
    ($type:ident { $($field:ident = $name:literal),+ $(,)? }) => {
        impl $crate::record::Record for $type {
            fn write(&self) -> $crate::json::Value {
                let members = [$(($name, $crate::record::Record::write(&self.$field))),+];
                $crate::record::object(members)
            }

            fn read(value: &$crate::json::Value) -> Option<Self> {
                let member = |name: &str| value.get(name).unwrap_or(&$crate::json::Value::Null);
                Some(Self { $($field: $crate::record::Record::read(member($name))?),+ })
            }
        }
    };
}
pub(crate) use record;

/// An object of the members that are not null.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    collected(&mut members.into_iter())
}

/// One copy of the code for every number of members.
fn collected(members: &mut dyn Iterator<Item = (&str, Value)>) -> Value {
    let mut map = Map::new();
    for (name, value) in members {
        if !value.is_null() {
            map.insert(name, value);
        }
    }
    Value::Object(map)
}

/// A record that says what it is by its one member: `{"verified": …}`.
pub(crate) fn tagged(name: &str, value: Value) -> Value {
    let mut map = Map::new();
    map.insert(name, value);
    Value::Object(map)
}

/// The tag of such a record, and what stands under it.
pub(crate) fn tag(value: &Value) -> Option<(&str, &Value)> {
    value.as_object()?.iter().next()
}

impl Record for String {
    fn write(&self) -> Value {
        Value::String(self.clone())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Record for u32 {
    fn write(&self) -> Value {
        (*self).into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl Record for Timestamp {
    fn write(&self) -> Value {
        self.0.into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_u64().map(Self)
    }
}

impl Record for Seconds {
    fn write(&self) -> Value {
        self.0.write()
    }

    fn read(value: &Value) -> Option<Self> {
        u32::read(value).map(Self)
    }
}

impl Record for UsageType {
    fn write(&self) -> Value {
        self.name().into()
    }

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

impl<R: Record> Record for Option<R> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, Record::write)
    }

    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { R::read(value).map(Some) }
    }
}

impl<R: Record> Record for Vec<R> {
    fn write(&self) -> Value {
        Value::Array(self.iter().map(Record::write).collect())
    }

    fn read(value: &Value) -> Option<Self> {
        let mut items = Self::new();
        for item in value.as_array()? {
            items.push(R::read(item)?);
        }
        Some(items)
    }
}
