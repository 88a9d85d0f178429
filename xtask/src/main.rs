//! What building needs and no package manager brings.
//!
//! `cargo run -p xtask -- wasm-bindgen MODULE FOLDER` turns a module that the compiler made into one that
//! JavaScript loads: what the command `wasm-bindgen` does, without installing it, at the version that the lock file
//! pins.
//!
//! `cargo run -p xtask -- public-api FOLDER JSON...` writes what crates export to `FOLDER/<crate>.txt`, by what `rustdoc` says of them
//! in JSON: one line for each item, in order. What every type has by itself, or by a derive, is left out.

use public_api::Builder;
use std::path::Path;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["wasm-bindgen", module, folder] => wasm_bindgen(Path::new(module), Path::new(folder)),
        ["public-api", folder, files @ ..] => {
            files.iter().try_for_each(|file| public_api(Path::new(folder), Path::new(file)))
        }
        _ => {
            Err("usage: xtask wasm-bindgen MODULE FOLDER\n       xtask public-api FOLDER JSON...".to_owned())
        }
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

/// Writes what the crate exports that `rustdoc` says in `json`.
fn public_api(folder: &Path, json: &Path) -> Result<(), String> {
    let api = Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .map_err(|error| {
            let advice = "expected the JSON of the compiler that rust-toolchain.toml names; another one may need another `public-api`";
            format!("{}: {error}; {advice}", json.display())
        })?;
    let name = json.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    let file = folder.join(format!("{name}.txt"));
    std::fs::write(&file, format!("{api}\n")).map_err(|error| format!("{}: {error}", file.display()))
}
