//! What building needs and no package manager brings.
//!
//! `cargo run -p xtask -- wasm-bindgen MODULE FOLDER` turns a module that the compiler made into one that
//! JavaScript loads: what the command `wasm-bindgen` does, without installing it, at the version that the lock file
//! pins.

use std::path::Path;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["wasm-bindgen", module, folder] => wasm_bindgen(Path::new(module), Path::new(folder)),
        _ => Err("usage: xtask wasm-bindgen MODULE FOLDER".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Writes `cutover_bg.wasm` and `cutover.js` to `folder`.
fn wasm_bindgen(module: &Path, folder: &Path) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("cutover").typescript(true).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder))
        .map_err(|error| format!("{}: {error:#}", module.display()))
}
