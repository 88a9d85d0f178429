//! All that can happen to small plans, with each guard dropped in turn.

mod explore;
mod guards;
mod world;
