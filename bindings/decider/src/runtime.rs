//! What the standard library would bring: memory, and what happens at a panic.

use core::panic::PanicInfo;

/// A constant number of steps in a few hundred bytes of code.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A panic is a trap: JavaScript replaces the instance. What it would say takes more code than all the rest.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
