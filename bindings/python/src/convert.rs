//! Python objects to attribute values, and values back to Python objects.

use crate::raw::{self, Text};
use cutover::{Value, ValueRef, whole};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyTzInfo};
use std::borrow::Cow;

/// An attribute that was read, in a form that a [`ValueRef`] can borrow from. Small, for each decision makes room for
/// several.
pub(crate) enum Slot<'py> {
    Missing,
    Other,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A text that Python keeps as well-formed UTF-8.
    Text(Text<'py>),
    /// A value that had to be converted: a list, or a text with lone surrogates.
    Held(Box<Value>),
}

impl Slot<'_> {
    /// A number, by the rule of [`ValueRef::number`].
    fn number(number: f64) -> Self {
        whole(number).map_or(Self::Float(number), Self::Int)
    }

    #[inline]
    pub(crate) fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Missing => ValueRef::Missing,
            Self::Other => ValueRef::Other,
            Self::Bool(value) => ValueRef::Bool(*value),
            Self::Int(value) => ValueRef::Int(*value),
            Self::Float(value) => ValueRef::Float(*value),
            Self::Text(text) => ValueRef::Text(text.as_str().as_bytes()),
            Self::Held(value) => value.as_ref().as_ref(),
        }
    }

    /// The value, copied out of Python.
    pub(crate) fn into_value(self) -> Value {
        match self {
            // A mapping is what reads as "there, but of a type that no condition takes".
            Self::Other => Value::Map(Vec::new()),
            Self::Missing => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Float(value) => Value::Float(value),
            Self::Text(text) => Value::Text(text.as_str().to_owned()),
            Self::Held(value) => *value,
        }
    }
}

/// Reads an attribute.
pub(crate) fn read(object: Bound<'_, PyAny>) -> PyResult<Slot<'_>> {
    exact(object).or_else(|object| match list(&object) {
        Some(items) => Ok(Slot::Held(Box::new(items?))),
        None => derived(object),
    })
}

/// Reads what is no list.
fn scalar(object: Bound<'_, PyAny>) -> PyResult<Slot<'_>> {
    exact(object).or_else(derived)
}

/// Reads a scalar of an exact type, of which most contexts are made: each costs one comparison, and runs no code of
/// the caller's. Gives back what is none of them, or an unusual one.
#[inline]
pub(crate) fn exact(object: Bound<'_, PyAny>) -> Result<Slot<'_>, Bound<'_, PyAny>> {
    // An exact cast that fails makes an error; this question makes nothing.
    if object.is_exact_instance_of::<PyString>() {
        return Text::of(object).map(Slot::Text);
    }
    let slot = if object.is_exact_instance_of::<PyBool>() {
        object.cast_exact::<PyBool>().ok().map(|bool| Slot::Bool(bool.is_true()))
    } else if object.is_exact_instance_of::<PyInt>() {
        object.cast_exact::<PyInt>().ok().and_then(raw::int).map(Slot::Int)
    } else if object.is_exact_instance_of::<PyFloat>() {
        object.cast_exact::<PyFloat>().ok().map(|float| Slot::number(float.value()))
    } else {
        object.is_none().then_some(Slot::Missing)
    };
    slot.ok_or(object)
}

/// Values of subclasses count as those of their base: `enum.StrEnum`, `enum.IntEnum`, `numpy.float64`.
fn derived(object: Bound<'_, PyAny>) -> PyResult<Slot<'_>> {
    let object = match object.cast_into::<PyString>() {
        Ok(string) => return Ok(string_slot(string)),
        Err(error) => error.into_inner(),
    };
    if object.is_instance_of::<PyInt>() {
        integer(&object)
    } else if let Ok(float) = object.cast::<PyFloat>() {
        Ok(Slot::number(float.value()))
    } else if object.is_instance_of::<PyDateTime>() {
        Ok(instant(&object)?.map_or(Slot::Other, Slot::Int))
    } else {
        Ok(Slot::Other)
    }
}

fn string_slot(string: Bound<'_, PyString>) -> Slot<'_> {
    let repaired = |string| Slot::Held(Box::new(Value::Text(text(&string).into_owned())));
    Text::new(string).map_or_else(repaired, Slot::Text)
}

/// Beyond 64 bits an integer is the nearest float, as it is where it is read from JSON.
fn integer<'py>(object: &Bound<'py, PyAny>) -> PyResult<Slot<'py>> {
    if let Ok(int) = object.extract::<i64>() {
        return Ok(Slot::Int(int));
    }
    match object.extract::<f64>() {
        Ok(float) => Ok(Slot::number(float)),
        Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
            Ok(Slot::Float(if object.lt(0)? { f64::NEG_INFINITY } else { f64::INFINITY }))
        }
        Err(error) => Err(error),
    }
}

/// The items of a list or tuple; `None` for anything else. Lists in lists are no attribute that a condition takes,
/// and reading them would invite cycles.
fn list(object: &Bound<'_, PyAny>) -> Option<PyResult<Value>> {
    let item = |item| scalar(item).map(Slot::into_value);
    if let Ok(list) = object.cast::<PyList>() {
        Some(list.iter().map(item).collect::<PyResult<_>>().map(Value::List))
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        Some(tuple.iter().map(item).collect::<PyResult<_>>().map(Value::List))
    } else {
        None
    }
}

/// A text as UTF-8. Lone surrogates are replaced, and pairs of them joined, as JavaScript does it.
pub(crate) fn text<'a>(string: &'a Bound<'_, PyString>) -> Cow<'a, str> {
    string.to_str().map_or_else(|_| Cow::Owned(repaired(string)), Cow::Borrowed)
}

fn repaired(string: &Bound<'_, PyString>) -> String {
    // Asked of `str` itself, because a subclass may have an `encode` of its own.
    let encode = string.py().get_type::<PyString>().getattr(intern!(string.py(), "encode"));
    let encoded = encode.and_then(|encode| encode.call1((string, "utf-16-le", "surrogatepass")));
    match encoded.as_ref().map(|encoded| encoded.cast::<PyBytes>()) {
        Ok(Ok(bytes)) => {
            let units = bytes.as_bytes().chunks_exact(2);
            let units: Vec<u16> = units
                .map(|unit| unit.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => string.to_string_lossy().into_owned(),
    }
}

/// The instant of a `datetime` in milliseconds since the epoch, what is finer cut off towards the past; `None`
/// where it is naive.
pub(crate) fn instant(moment: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    static EPOCH: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let py = moment.py();
    if moment.call_method0(intern!(py, "utcoffset"))?.is_none() {
        return Ok(None);
    }
    let epoch = EPOCH.get_or_try_init(py, || {
        PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&*PyTzInfo::utc(py)?)).map(Bound::unbind)
    })?;
    let since = moment.sub(epoch)?;
    let part = |name| since.getattr(name)?.extract::<i64>();
    let (days, seconds) = (part(intern!(py, "days"))?, part(intern!(py, "seconds"))?);
    let micros = part(intern!(py, "microseconds"))?;
    // Years 1 to 9999 are far inside the range of an i64.
    let ms = days.saturating_mul(86_400_000).saturating_add(seconds.saturating_mul(1000));
    Ok(Some(ms.saturating_add(micros.div_euclid(1000))))
}

/// A value as new Python objects.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Value::Int(value) => value.into_pyobject(py)?.into_any(),
        Value::Float(value) => PyFloat::new(py, *value).into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::List(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_python(py, item)?)?;
            }
            list.into_any()
        }
        Value::Map(entries) => {
            let dict = PyDict::new(py);
            for (key, value) in entries {
                dict.set_item(key, to_python(py, value)?)?;
            }
            dict.into_any()
        }
    })
}

/// How deep a caller's default may be nested where it is to be written as JSON.
const MAX_DEPTH: usize = 128;

/// Any Python object that JSON can hold, as a value.
///
/// # Errors
/// `TypeError` for an object that JSON cannot hold, `ValueError` for one that is nested too deeply or in itself.
pub(crate) fn to_value(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > MAX_DEPTH {
        return Err(PyValueError::new_err(format!(
            "the value is nested in itself, or deeper than {MAX_DEPTH}"
        )));
    }
    let inner = |item: Bound<'_, PyAny>| to_value(&item, depth + 1);
    if let Ok(dict) = object.cast::<PyDict>() {
        let entry = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let key = key
                .cast::<PyString>()
                .map_err(|_| PyTypeError::new_err("a key of a JSON object is a str"))?;
            Ok((text(key).into_owned(), inner(value)?))
        };
        return Ok(Value::map(dict.iter().map(entry).collect::<PyResult<Vec<_>>>()?));
    }
    if let Ok(list) = object.cast::<PyList>() {
        return list.iter().map(inner).collect::<PyResult<_>>().map(Value::List);
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return tuple.iter().map(inner).collect::<PyResult<_>>().map(Value::List);
    }
    match scalar(object.clone())? {
        Slot::Other => {
            let name = object.get_type().name()?;
            Err(PyTypeError::new_err(format!("JSON has no value for an object of type `{name}`")))
        }
        slot => Ok(slot.into_value()),
    }
}
