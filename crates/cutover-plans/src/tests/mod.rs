//! All that can happen to small plans, with each guard dropped in turn.

extern crate std;

mod explore;
mod guards;
mod world;
