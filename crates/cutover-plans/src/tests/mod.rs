//! All that can happen to small plans, with each guard dropped in turn.

extern crate std;

mod data;
mod explore;
mod guards;
mod world;
