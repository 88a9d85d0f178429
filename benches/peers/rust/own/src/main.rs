//! Cutover, and the cost of the loop.

mod cutover;
mod floor;

use peers_harness::Row;

fn main() {
    peers_harness::run(&[
        Row::new::<floor::Floor>("floor", "cutover"),
        Row::new::<cutover::ByName>("cutover", "cutover"),
        Row::new::<cutover::ById>("cutover by FlagId", "cutover"),
        Row::new::<cutover::Borrowed>("cutover borrowed", "cutover"),
    ]);
}
