//! Time: what the caller gives, else the system's clock.

use crate::convert;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDateTime, PyInt};
use std::time::{SystemTime, UNIX_EPOCH};

/// The instant of an argument `now`, in milliseconds since the epoch; `None` where the caller gives none.
///
/// # Errors
/// `TypeError` for what names no instant: a naive `datetime`, a float, a boolean. `OverflowError` for more than
/// 64 bits.
pub(crate) fn given(now: Option<&Bound<'_, PyAny>>) -> PyResult<Option<i64>> {
    let Some(now) = now else { return Ok(None) };
    if now.is_instance_of::<PyInt>() && !now.is_instance_of::<PyBool>() {
        let ms = now.extract::<i64>();
        return ms
            .map(Some)
            .map_err(|_| PyOverflowError::new_err("now is outside the range of 64-bit milliseconds"));
    }
    if now.is_instance_of::<PyDateTime>() {
        return convert::instant(now)?.map(Some).ok_or_else(|| {
            PyTypeError::new_err("now is a naive datetime, which names no instant: give it a tzinfo, such as datetime.now(timezone.utc)")
        });
    }
    Err(PyTypeError::new_err(format!(
        "now is an int of milliseconds since the epoch or an aware datetime, not {}",
        now.get_type().name()?
    )))
}

/// The system's clock in milliseconds since the epoch.
pub(crate) fn system() -> i64 {
    let ms = |since: std::time::Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => ms(since),
        Err(before) => ms(before.duration()).saturating_neg(),
    }
}
