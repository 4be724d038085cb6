package io.cairn.job.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockNode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// The jobs of a process: starts them, finds them, and tells of them.
///
/// Thread-safe. One lock guards the state of all jobs; events are sent under it, in the order in
/// which things happened, so that the sink must not call the graph. Nothing of the graph is called
/// under the lock.
public final class JobScheduler implements AutoCloseable {
    private static final long LONGEST_DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final JobEnding ending = new JobEnding(this);
    private final EventSink events;
    private final LongSupplier clock;

    @GuardedBy("lock")
    private final SequencedMap<String, Job> jobs = new LinkedHashMap<>();

    /// @param events hears of all jobs
    public JobScheduler(EventSink events) {
        this(events, System::nanoTime);
    }

    /// @param clock nanoseconds by which speed limits are kept
    public JobScheduler(EventSink events, LongSupplier clock) {
        this.events = events;
        this.clock = clock;
    }

    ReentrantLock lock() {
        return lock;
    }

    JobEnding ending() {
        return ending;
    }

    LongSupplier clock() {
        return clock;
    }

    void emit(BlockEvent event) {
        events.emit(event);
    }

    /// Refuses an id that is taken or not well formed, before anything is made for the job.
    public void requireFree(JobSettings settings) throws BlockException {
        settings.requireValid();
        boolean isTaken;
        lock.lock();
        try {
            isTaken = jobs.containsKey(settings.id());
        } finally {
            lock.unlock();
        }
        if (isTaken) {
            throw new InvalidOptionException("Job ID '" + settings.id() + "' already in use");
        }
    }

    /// Lists a job, in the state `created`. A group's jobs are all listed before the first starts.
    ///
    /// @throws BlockException if the id is taken
    public void add(Job job) throws BlockException {
        lock.lock();
        try {
            requireFree(job.settings());
            jobs.put(job.id(), job);
            job.group().add(job);
            job.enter(JobState.CREATED);
        } finally {
            lock.unlock();
        }
    }

    /// What a job does to get what it needs before it can start.
    @FunctionalInterface
    public interface Hold {
        /// Takes it, all or a part of it.
        void take() throws BlockException;
    }

    /// Adds a job and has it take what it needs; if that fails, it lets go and vanishes as it came.
    public void admit(Job job, Hold hold, Runnable letGo) throws BlockException {
        add(job);
        boolean isDone = false;
        try {
            hold.take();
            isDone = true;
        } finally {
            if (!isDone) {
                letGo.run();
                withdraw(job);
            }
        }
    }

    private void withdraw(Job job) {
        lock.lock();
        try {
            job.group().remove(job);
            job.enter(JobState.NULL);
            jobs.remove(job.id(), job);
        } finally {
            lock.unlock();
        }
    }

    /// Starts a job that was added.
    public void start(Job job) {
        job.start();
    }

    void forget(Job job) {
        lock.lock();
        try {
            jobs.remove(job.id(), job);
        } finally {
            lock.unlock();
        }
    }

    /// The job of that id, unless it is internal.
    public Optional<Job> find(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(jobs.get(id)).filter(job -> !job.settings().isInternal());
        } finally {
            lock.unlock();
        }
    }

    /// The job of that id, of any kind.
    public Job job(String id) throws BlockException {
        return find(id).orElseThrow(() -> new BlockException(Errno.ENOENT, "Job not found"));
    }

    /// The block job of that id.
    ///
    /// @throws BlockException with `ENODEV`, which a monitor reports as `DeviceNotActive`
    public Job blockJob(String id) throws BlockException {
        return find(id).filter(Job::isBlockJob)
                .orElseThrow(
                        () -> new BlockException(Errno.ENODEV, "Block job '" + id + "' not found"));
    }

    /// What there is to know of all jobs that are not internal, newest first.
    public List<JobInfo> query() {
        lock.lock();
        try {
            return jobs.sequencedValues().reversed().stream()
                    .filter(job -> !job.settings().isInternal())
                    .map(Job::info)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /// Has jobs pause and go on, as the peer does whenever everything is drained. Those that cannot
    /// pause now are waited for a second at most, all together.
    ///
    /// @param states of the jobs that are to
    public void pauseOnce(Set<JobState> states) {
        List<JobPace> chosen =
                all().stream().filter(job -> states.contains(job.state())).map(Job::pace).toList();
        long deadline = System.nanoTime() + LONGEST_DRAIN_NANOS;
        chosen.forEach(JobPace::beginPause);
        chosen.forEach(pace -> pace.awaitQuiet(deadline));
        chosen.forEach(JobPace::endPause);
    }

    /// Cancels the jobs that work on a node, which is about to go, and does not wait for them.
    public void cancelUsers(BlockNode node) {
        for (Job job : all()) {
            if (job instanceof BlockJob user && user.uses(node)) {
                try {
                    job.cancel(false);
                } catch (BlockException e) {
                    // It is ending by itself.
                }
            }
        }
    }

    private List<Job> all() {
        lock.lock();
        try {
            return List.copyOf(jobs.values());
        } finally {
            lock.unlock();
        }
    }

    /// Cancels all jobs and waits until they are over.
    @Override
    public void close() {
        List<Job> left = all();
        for (Job job : left) {
            try {
                job.cancel(true);
            } catch (BlockException e) {
                // It is ending by itself.
            }
        }
        left.forEach(Job::awaitConcluded);
    }
}
