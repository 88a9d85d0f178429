//! Imported documents decide as they did: the four toggles of the example, any toggle against a transcription of
//! the service that evaluates them, and what is said of documents that are wrong.

#![cfg(feature = "yaml")]

mod agreement;
mod diagnostics;
mod documents;
mod example;
mod switches;
mod toggle_service;
