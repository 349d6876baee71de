//! Futures handed to JavaScript.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// Runs a future up to the first thing that it waits for. One that waits for nothing, such as the refusal of a wrong key,
/// returns its value; any other goes on as a promise. A promise and its turns cost a fifth of a refusal's CPU time
/// (bench/).
pub(crate) fn run_until_wait(
    future: impl Future<Output = Result<JsValue, JsValue>> + 'static,
) -> Result<JsValue, JsValue> {
    let mut future = Box::pin(future);
    let task = Arc::new(TaskWaker::default());
    let waker = Waker::from(Arc::clone(&task));
    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            let rest = poll_fn(move |context| {
                task.forward_to(context.waker());
                future.as_mut().poll(&mut Context::from_waker(&waker))
            });
            Ok(future_to_promise(rest).into())
        }
    }
}

/// Wakes the task of the promise, once there is one. Every poll has this waker, the first one too, because `worker::Delay`
/// keeps the waker of its first poll.
#[derive(Default)]
struct TaskWaker(Mutex<Option<Waker>>);

impl TaskWaker {
    fn forward_to(&self, task: &Waker) {
        if let Ok(mut current) = self.0.lock() {
            current.get_or_insert_with(|| task.clone()).clone_from(task);
        }
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let task = self.0.lock().ok().and_then(|task| task.clone());
        // Without a task yet, its first poll is still to come.
        if let Some(task) = task {
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::mem;
    use std::rc::Rc;

    use js_sys::Promise;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_future_that_waits_for_nothing_returns_its_value_or_error() {
        assert_eq!(run_until_wait(async { Ok(JsValue::from(7)) }), Ok(JsValue::from(7)));
        assert_eq!(run_until_wait(async { Err(JsValue::from(8)) }), Err(JsValue::from(8)));
    }

    /// Wakes only the waker of its first poll, as `worker::Delay` does, which needs timers of the platform.
    async fn wait_with_the_first_waker() {
        let is_done = Rc::new(Cell::new(false));
        let mut is_begun = false;
        poll_fn(move |context| {
            if is_done.get() {
                return Poll::Ready(());
            }
            if !mem::replace(&mut is_begun, true) {
                let (is_done, waker) = (Rc::clone(&is_done), context.waker().clone());
                spawn_local(async move {
                    let _ = JsFuture::from(Promise::resolve(&JsValue::NULL)).await;
                    is_done.set(true);
                    waker.wake();
                });
            }
            Poll::Pending
        })
        .await;
    }

    #[wasm_bindgen_test]
    async fn a_future_that_keeps_its_first_waker_goes_on_as_a_promise() {
        let promise = run_until_wait(async {
            wait_with_the_first_waker().await;
            wait_with_the_first_waker().await;
            Ok(JsValue::from(7))
        });
        let promise = promise.expect("no error").unchecked_into::<Promise>();
        assert_eq!(JsFuture::from(promise).await, Ok(JsValue::from(7)));
    }

    #[wasm_bindgen_test]
    async fn a_future_that_is_woken_before_its_task_exists_goes_on() {
        let is_woken = Cell::new(false);
        let promise = run_until_wait(poll_fn(move |context| {
            context.waker().wake_by_ref();
            if is_woken.replace(true) { Poll::Ready(Ok(JsValue::from(7))) } else { Poll::Pending }
        }));
        let promise = promise.expect("no error").unchecked_into::<Promise>();
        assert_eq!(JsFuture::from(promise).await, Ok(JsValue::from(7)));
    }
}
