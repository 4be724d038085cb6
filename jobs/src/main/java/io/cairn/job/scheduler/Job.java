package io.cairn.job.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.CancelledJobException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.JobEvent;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A job: something that goes on in the background of a graph, on a thread of its own, and that a
/// user can watch and steer.
///
/// A kind of job extends this class. {@link #run} does the work and passes a {@linkplain
/// #pausePoint pause point} often; {@link #prepare}, {@link #commit}, {@link #abort} and {@link
/// #clean} end it. Changes of the graph belong into these and into the making of a job, never into
/// `run`: who changes the graph may wait for the job to pause.
///
/// All public methods may be called from any thread. Cancelling sets a flag, wakes the job where it
/// waits for its own sake, and by force also its requests that wait; nobody is interrupted.
public abstract class Job {
    private final JobScheduler scheduler;
    private final JobSettings settings;
    private final JobGroup group;
    private final ReentrantLock lock;
    private final Condition changed;
    private final JobPace pace;
    private final CancelScope requests = new CancelScope();
    private final AtomicLong offset = new AtomicLong();
    private final AtomicLong length = new AtomicLong();

    // What the job's own threads look at without the lock; written under it.
    private volatile boolean cancelRequested;
    private volatile boolean cancelled;

    private volatile EndListener listener = _ -> {};

    @GuardedBy("lock")
    private JobState state = JobState.CREATED;

    @GuardedBy("lock")
    private boolean hasEnded;

    @GuardedBy("lock")
    private String ioStatus = "ok";

    @GuardedBy("lock")
    private @Nullable BlockException failure;

    /// Makes a job in the state `created`; the maker starts it once everything stands.
    ///
    /// @param group the jobs with which this one ends, or null
    /// @throws BlockException if the settings are wrong or the id is taken
    protected Job(JobScheduler scheduler, JobSettings settings, @Nullable JobGroup group)
            throws BlockException {
        settings.requireValid();
        this.scheduler = scheduler;
        this.settings = settings;
        this.group = group == null ? new JobGroup() : group;
        this.lock = scheduler.lock();
        this.changed = lock.newCondition();
        this.pace = new JobPace(scheduler, changed, settings.speed());
    }

    // ---- what a kind of job does

    /// The kind of job by its name in the manual (QMP reference manual, "JobType").
    public abstract String type();

    /// False for a job that is none of the block layer's copying ones and sends no `BLOCK_JOB_`
    /// events.
    public boolean isBlockJob() {
        return true;
    }

    /// Does the work, on the job's thread. Never called twice.
    protected abstract void run() throws BlockException;

    /// Takes the last steps that can fail, when the whole group has done its work.
    protected void prepare() throws BlockException {}

    /// Takes the last steps after a success.
    protected void commit() {}

    /// Takes the last steps after a failure or a cancellation.
    protected void abort() {}

    /// Lets go what the job holds, after {@link #commit} or {@link #abort}.
    protected void clean() {}

    /// A user wants a ready job to complete. Called without a lock.
    protected void completeRequested() throws BlockException {
        throw new InvalidOptionException("The active block job '" + id() + "' cannot be completed");
    }

    /// Whether a cancellation without force ends the job at once all the same; a job that is ready
    /// may take it as a wish to end well.
    protected boolean isAbandonedWhenCancelled() {
        return true;
    }

    /// Waits until nothing that the job has set going is under way: it is about to pause.
    protected void quiesceWorkers() {}

    /// What a user is told of a failure: what the job found wrong itself, or the system's text for
    /// the error of a request.
    protected String errorText(BlockException e) {
        return e instanceof InvalidOptionException ? e.getMessage() : e.errno().text();
    }

    // ---- what a user does

    /// The job's id.
    public final String id() {
        return settings.id();
    }

    final JobSettings settings() {
        return settings;
    }

    final JobGroup group() {
        return group;
    }

    /// What there is to know of the job now.
    public final JobInfo info() {
        lock.lock();
        try {
            return new JobInfo(
                    id(),
                    type(),
                    isBlockJob(),
                    state,
                    offset.get(),
                    length.get(),
                    pace.speed(),
                    pace.isBusy(),
                    pace.isPaused(),
                    state == JobState.READY || state == JobState.STANDBY,
                    ioStatus,
                    settings.autoFinalize(),
                    settings.autoDismiss(),
                    errorText());
        } finally {
            lock.unlock();
        }
    }

    @Nullable String errorText() {
        lock.lock();
        try {
            BlockException e = failure;
            return e == null ? null : errorText(e);
        } finally {
            lock.unlock();
        }
    }

    /// Where the job stands.
    public final JobState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /// Pauses the job as soon as it comes to a pause point; returns at once.
    public final void pause() throws BlockException {
        lock.lock();
        try {
            require(JobVerb.PAUSE);
            if (pace.isUserPaused()) {
                throw new InvalidOptionException("Job is already paused");
            }
            pace.pauseByUser();
        } finally {
            lock.unlock();
        }
    }

    /// Lets a paused job go on; its I/O status is good again.
    public final void resume() throws BlockException {
        lock.lock();
        try {
            if (!pace.isUserPaused()) {
                throw new InvalidOptionException("Can't resume a job that was not paused");
            }
            require(JobVerb.RESUME);
            ioStatus = "ok";
            pace.resumeByUser();
        } finally {
            lock.unlock();
        }
    }

    /// Limits the job to so many bytes a second from now on; 0 for no limit.
    public final void setSpeed(long bytesPerSecond) throws BlockException {
        lock.lock();
        try {
            require(JobVerb.SET_SPEED);
            JobSettings.requireSpeed(bytesPerSecond);
            pace.setSpeed(bytesPerSecond);
        } finally {
            lock.unlock();
        }
    }

    /// Has a ready job take its last steps; returns at once.
    public final void complete() throws BlockException {
        lock.lock();
        try {
            require(JobVerb.COMPLETE);
            if (cancelRequested) {
                throw new InvalidOptionException(
                        "The active block job '" + id() + "' cannot be completed");
            }
        } finally {
            lock.unlock();
        }
        completeRequested();
        kick();
    }

    /// Finalizes the job and its group, on the calling thread.
    public final void finalizeGroup() throws BlockException {
        require(JobVerb.FINALIZE);
        scheduler.ending().finalizeGroup(group);
    }

    /// Forgets a job that is over.
    public final void dismiss() throws BlockException {
        lock.lock();
        try {
            require(JobVerb.DISMISS);
            vanish();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the job early. Marks it and returns, unless the job has done its work already.
    ///
    /// @param force also end a job at once that would take this as a wish to end well
    public final void cancel(boolean force) throws BlockException {
        require(JobVerb.CANCEL);
        cancelNow(force);
    }

    /// Hears of the end of a job.
    @FunctionalInterface
    public interface EndListener {
        /// @param isSuccessful the job has done what it was made for
        void ended(boolean isSuccessful);
    }

    /// Has somebody hear that the job has let go all it held, just before it is over, on the thread
    /// that ends it and without a lock. Called before the job is started.
    public final void whenEnded(EndListener newListener) {
        listener = newListener;
    }

    final void tellEnded() {
        listener.ended(isSuccessful());
    }

    /// Waits until the job is over.
    public final void awaitConcluded() {
        lock.lock();
        try {
            while (state != JobState.CONCLUDED && state != JobState.NULL) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    final void require(JobVerb verb) throws BlockException {
        JobState now = state();
        if (!verb.isAllowedIn(now)) {
            throw new InvalidOptionException(
                    "Job '"
                            + id()
                            + "' in state '"
                            + now.text()
                            + "' cannot accept command verb '"
                            + verb.text()
                            + "'");
        }
    }

    // ---- life

    /// True if the nodes are drained while the job starts, so that it pauses at once.
    protected boolean startsDrained() {
        return false;
    }

    /// Starts the job, unless it was cancelled before.
    final void start() {
        if (!startsDrained()) {
            begin();
            return;
        }
        pace.beginPause();
        begin();
        pace.awaitQuiet();
        pace.endPause();
    }

    private void begin() {
        lock.lock();
        try {
            if (state != JobState.CREATED) {
                return;
            }
            pace.begin();
            enter(JobState.RUNNING);
        } finally {
            lock.unlock();
        }
        Workers.startVirtual("job:" + id(), this::live);
    }

    private void live() {
        BlockException error = null;
        try {
            pausePoint();
            requests.run(this::run);
        } catch (BlockException e) {
            error = e;
        } catch (RuntimeException | Error e) {
            error = new BlockException(Errno.EIO, Errno.EIO.text());
            error.initCause(e);
        }
        quiesceWorkers();
        lock.lock();
        try {
            pace.end();
            hasEnded = true;
            if (cancelled) {
                error = new CancelledJobException(Errno.ECANCELED.text());
            }
            failure = error;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        scheduler.ending().workEnded(this);
    }

    final boolean isSuccessful() {
        lock.lock();
        try {
            return failure == null && !cancelled;
        } finally {
            lock.unlock();
        }
    }

    final void fail(BlockException e) {
        lock.lock();
        try {
            if (failure == null) {
                failure = e;
            }
        } finally {
            lock.unlock();
        }
    }

    /// True once {@link #run} is over; a job that never started has nothing to end.
    final boolean hasEnded() {
        lock.lock();
        try {
            return hasEnded || state == JobState.CREATED;
        } finally {
            lock.unlock();
        }
    }

    final void awaitEnd() {
        lock.lock();
        try {
            while (!hasEnded()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void cancelNow(boolean force) {
        boolean isOver;
        boolean isFinalizing = false;
        lock.lock();
        try {
            isOver = hasEnded();
            if (isOver && group.isFinalizing()) {
                isFinalizing = true;
            }
        } finally {
            lock.unlock();
        }
        if (isFinalizing) {
            if (force) {
                requests.cancel();
            }
            return;
        }
        markCancelled(force);
        if (isOver) {
            scheduler.ending().cancelledAfterWork(this);
        }
    }

    /// Has the job end early, whatever its state; a pause by the user ends.
    final void markCancelled(boolean force) {
        boolean isForced = force || isAbandonedWhenCancelled();
        lock.lock();
        try {
            boolean wasEnded = hasEnded();
            cancelRequested = true;
            cancelled |= isForced || wasEnded;
            if (wasEnded) {
                fail(new CancelledJobException(Errno.ECANCELED.text()));
            }
            pace.resumeByUser();
            pace.kick();
        } finally {
            lock.unlock();
        }
        if (cancelled) {
            requests.cancel();
        }
    }

    final void enter(JobState next) {
        lock.lock();
        try {
            state = next;
            tell(new JobEvent.StatusChange(id(), next.text()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tells users of the job, if they know it. Called under the lock.
    final void tell(BlockEvent event) {
        if (!settings.isInternal()) {
            scheduler.emit(event);
        }
    }

    /// Nobody is told yet: who hears that a job aborts and asks for it gets to know how it ended.
    final void beginAbort() {
        lock.lock();
        try {
            state = JobState.ABORTING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The job is over: tells how, and vanishes if it may.
    final void conclude() {
        lock.lock();
        try {
            if (state == JobState.ABORTING) {
                enter(JobState.ABORTING);
            }
            if (isBlockJob()) {
                tell(endEvent());
            }
            enter(JobState.CONCLUDED);
            if (settings.autoDismiss()) {
                vanish();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private JobEvent endEvent() {
        long len = length.get();
        long done = offset.get();
        return cancelled
                ? new JobEvent.Cancelled(id(), type(), len, done, pace.speed())
                : new JobEvent.Completed(id(), type(), len, done, pace.speed(), errorText());
    }

    private void vanish() {
        enter(JobState.NULL);
        scheduler.forget(this);
    }

    /// Where the job waits: pauses, naps and its speed limit.
    final JobPace pace() {
        return pace;
    }

    /// Takes the last steps that can fail; a forced cancellation meanwhile makes them fail if they
    /// wait for something.
    final void prepareToCommit() throws BlockException {
        try {
            requests.run(this::prepare);
        } catch (BlockException e) {
            if (requests.isCancelled()) {
                markCancelled(true);
            }
            throw e;
        }
    }

    // ---- for the job's own thread

    /// The requests that the job makes and those that guests make for it: all that wait in vain end
    /// when it is cancelled by force.
    protected final CancelScope requests() {
        return requests;
    }

    /// True once the job is to end as fast as it can.
    protected final boolean isCancelled() {
        return cancelled;
    }

    /// True once a user has cancelled the job, even if it may still end well.
    protected final boolean isCancelRequested() {
        return cancelRequested;
    }

    /// Throws if the job was cancelled by force.
    protected final void checkpoint() throws CancelledJobException {
        if (cancelled) {
            throw new CancelledJobException(Errno.ECANCELED.text());
        }
    }

    /// Stays here while the job is paused.
    protected final void pausePoint() {
        pace.pausePoint(this);
    }

    /// Passes a pause point, and waits until the speed limit lets so many bytes through.
    ///
    /// @throws CancelledJobException if the job was cancelled by force
    protected final void throttle(long bytes) throws CancelledJobException {
        pace.throttle(this, bytes);
    }

    /// Waits for a while, or until somebody {@linkplain #kick kicks} the job; a pause point.
    protected final void idle(long nanos) throws CancelledJobException {
        pace.idle(this, nanos);
    }

    /// Wakes the job where it idles.
    protected final void kick() {
        pace.kick();
    }

    /// The job can be completed from now on. Told once.
    protected final void becomeReady() {
        lock.lock();
        try {
            if (state != JobState.READY) {
                enter(JobState.READY);
                tell(new JobEvent.Ready(id(), type(), length.get(), offset.get(), pace.speed()));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tells of a failed request and says what to do: the job has been asked to pause if that is
    /// `STOP`.
    protected final OnError.Action failed(OnError policy, boolean isRead, BlockException e) {
        OnError.Action action = policy.action(isRead, e.errno());
        lock.lock();
        try {
            tell(new JobEvent.RequestFailed(id(), isRead ? "read" : "write", action.text()));
            if (action == OnError.Action.STOP) {
                ioStatus = e.errno() == Errno.ENOSPC ? "nospace" : "failed";
                if (!pace.isUserPaused()) {
                    pace.pauseByUser();
                }
            }
        } finally {
            lock.unlock();
        }
        return action;
    }

    /// There is so much to do.
    protected final void setLength(long amount) {
        length.set(amount);
    }

    /// More to do has come up.
    protected final void addLength(long amount) {
        length.addAndGet(amount);
    }

    /// More has been done.
    protected final void advance(long amount) {
        offset.addAndGet(amount);
    }

    /// What has been done.
    protected final long offset() {
        return offset.get();
    }
}
