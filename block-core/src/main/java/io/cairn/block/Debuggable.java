package io.cairn.block;

/// A node at whose debug events requests can be stopped: what a tester sees of the `blkdebug`
/// driver.
///
/// It emits {@link BlockEvent.RequestSuspended} on the thread that stops, once {@link #isSuspended}
/// is true, and {@link BlockEvent.RequestResumed} on the thread that lets the request go on, before
/// it does.
public interface Debuggable {
    /// The next request that reaches the event stops there under the tag.
    ///
    /// @param event the event's name in the manual, e.g. `pwritev` or `l2_update`
    void addBreakpoint(String event, String tag) throws BlockException;

    /// Removes all breakpoints of the tag and lets the requests that stopped at them go on.
    void removeBreakpoint(String tag) throws BlockException;

    /// Lets the request that stopped under the tag go on.
    void resume(String tag) throws BlockException;

    /// True if a request has stopped under the tag.
    boolean isSuspended(String tag);
}
