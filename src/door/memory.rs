//! The way in and out of the wasm: two exports, no import. JavaScript calls `begin`, writes a JSON text where that says,
//! and calls `answer`.
//!
//! Nothing in the package's wasm outlives a call, so nothing is ever freed: `begin` starts at the bottom of the memory
//! again. Without freeing no code is needed to drop anything, which is a tenth of the wasm; and a call that traps leaves
//! nothing half-written behind.
#![expect(unsafe_code, reason = "an allocator and a C interface deal in raw memory")]

use alloc::boxed::Box;
use alloc::string::String;
use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::{copy_nonoverlapping, null_mut};

const PAGE: usize = 65_536;

unsafe extern "C" {
    static __heap_base: u8;
}

struct Arena {
    /// The first free byte; 0 before the first call.
    top: Cell<usize>,
}

// SAFETY: wasm32 without atomics has one thread.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { top: Cell::new(0) };

/// Where an answer lies.
#[repr(C)]
struct Answer {
    text: *const u8,
    length: usize,
}

/// Begins a call: forgets the one before, and makes room for so many bytes of input.
#[unsafe(no_mangle)]
extern "C" fn begin(length: usize) -> *mut u8 {
    ARENA.top.set(0);
    ARENA.make_room(length, 1)
}

/// Answers the question of `length` bytes that was written where `begin` said: see [`super::answer`].
///
/// # Safety
/// Both arguments must be those of the `begin` just before.
#[unsafe(no_mangle)]
unsafe extern "C" fn answer(question: *const u8, length: usize) -> *const Answer {
    // SAFETY: `begin` made that room, and JavaScript filled it.
    let question = unsafe { core::slice::from_raw_parts(question, length) };
    let text: &'static str = String::leak(super::answer(question));
    Box::leak(Box::new(Answer { text: text.as_ptr(), length: text.len() }))
}

/// A panic traps. What it would say is not even compiled in: a message could hold anything.
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

impl Arena {
    fn make_room(&self, size: usize, align: usize) -> *mut u8 {
        let top = self.top.get().max(&raw const __heap_base as usize);
        self.take(top.next_multiple_of(align), size)
    }

    /// Takes the room from `start` on; null if the host gives no more memory.
    fn take(&self, start: usize, size: usize) -> *mut u8 {
        let Some(end) = start.checked_add(size) else { return null_mut() };
        let have = core::arch::wasm32::memory_size(0) * PAGE;
        if end > have && core::arch::wasm32::memory_grow(0, (end - have).div_ceil(PAGE)) == usize::MAX {
            return null_mut();
        }
        self.top.set(end);
        start as *mut u8
    }
}

// SAFETY: blocks never overlap, for `top` only grows while a call runs; `take` checks that memory reaches far enough.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.make_room(layout.size(), layout.align())
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The newest block grows where it is.
        if old as usize + layout.size() == self.top.get() {
            return self.take(old as usize, size);
        }
        // SAFETY: the caller's layout is valid, and the new block lies above the old one.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                copy_nonoverlapping(old, new, layout.size().min(size));
            }
            new
        }
    }
}
